import { UnknownVerdict } from '../../network/inventory/read.ts'
import { mirrorsOf } from '../../network/routes/gateway/filters.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'

export default defineRule({
  id: 'gateway/filter-reference-missing',
  title: 'Mirror of requests that nobody gets',
  subject: 'GatewayRoute',
  severity: 'warning',
  docs: {
    means:
      'Copies of the requests go nowhere. What clients get stays the same, but for implementations that refuse the whole rule.',
    why: 'The Service that took the copies was removed, has another port, or lies in a namespace that does not permit the reference.',
    proof: '`filters[].requestMirror.backendRef` judged as any other backend: ReferenceGrant, Service, port.',
    fix: 'Name a Service that exists, or remove the filter.',
    falseAlarmWhen:
      'Targets of other kinds than Service, and filters of the implementation’s own: then it is silent.',
  },
  check(route, network) {
    const by = referenceTo(route)
    return route.spec.rules.flatMap((rule, r) =>
      mirrorsOf(rule.filters).flatMap(({ backend, index }) => {
        const state = network.routes.gateway.backend(route, backend)
        if (state.is === 'unknown') throw new UnknownVerdict(state.gaps)
        if (state.is !== 'invalid') return []
        const namespace = backend.namespace ?? by.namespace ?? ''
        const field = `spec.rules[${r}].filters[${index}].requestMirror.backendRef`
        return [
          {
            proof: 'proven' as const,
            place: `${place.route(by)} mirror ${namespace}/${backend.name}`,
            summary: say`${by} copies requests to Service ${backend.name} in namespace ${namespace}, ${words[state.why]}: nobody gets the copies`,
            evidence: [
              { reference: by, field: `${field}.name`, value: backend.name },
              { reference: by, field: `${field}.port`, value: backend.port },
            ],
            advice: [say`name a Service and port that exist in ${field}, or remove the filter`],
          },
        ]
      }),
    )
  },
})

const words = {
  'backend-not-permitted': word('which no ReferenceGrant there permits'),
  'backend-service-missing': word('which does not exist'),
  'backend-port-missing': word('which lacks the port'),
  'external-name': word('which is an alias for a name outside'),
} as const
