import { answersItself } from '../../network/routes/gateway/filters.ts'
import { isForGateways } from '../../network/routes/gateway/parents.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { severityOf, whatClientsGet } from './faulty-backends.ts'

export default defineRule({
  id: 'gateway/no-effective-backends',
  title: 'Route that sends its requests nowhere',
  subject: 'GatewayRoute',
  severity: 'error',
  docs: {
    means:
      'A rule of the route takes requests and has nobody to give them to: the Gateway answers 500 itself, some older ones 404 or 503.',
    why: 'All weights were set to 0 to take an application out of service, or the backendRefs were forgotten.',
    proof:
      '`backendRefs[].weight` of the rule sum to zero, or there is no backendRef and no filter that answers.',
    fix: 'Give one backend a weight above 0, or remove the rule: then another rule, or 404, answers.',
    falseAlarmWhen:
      'A rule with a redirect, a CORS or an extension filter may answer by itself, and a route of a mesh has its Service: then it is silent.',
  },
  check(route, network) {
    const by = referenceTo(route)
    if (!isForGateways(network.routes.gateway.parents(route))) return undefined
    return route.spec.rules.flatMap((rule, index) => {
      const total = rule.backendRefs.reduce((sum, { weight = 1 }) => sum + weight, 0)
      if (total > 0 || answersItself(rule.filters)) return []
      const field = `spec.rules[${index}].backendRefs`
      const isEmpty = rule.backendRefs.length === 0
      return [
        {
          proof: 'proven' as const,
          severity: severityOf(route, network),
          place: `${place.route(by)} rule ${rule.name ?? index}`,
          summary: isEmpty
            ? say`Rule ${index + 1} of ${by} has no backend and no filter that answers: ${whatClientsGet(route.kind)}`
            : say`All backends of rule ${index + 1} of ${by} have weight 0: ${whatClientsGet(route.kind)}`,
          evidence: isEmpty
            ? [{ reference: by, field, value: undefined }]
            : rule.backendRefs
                .slice(0, 4)
                .map(({ weight }, b) => ({ reference: by, field: `${field}[${b}].weight`, value: weight })),
          advice: [
            isEmpty
              ? say`name a Service in ${field}, or remove the rule`
              : say`give one backend a weight above 0, or remove the rule`,
          ],
        },
      ]
    })
  },
})
