import type { Network } from '../../network/network.ts'
import { isHeadless } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say } from '../text.ts'

/** What the kubelet sets for a Service, in any of the spellings that refer to a variable. */
const reference = /\$[({]?([A-Z][A-Z0-9_]{0,80})_SERVICE_(?:HOST|PORT)\b/g

export default defineRule({
  id: 'client/stale-service-env',
  title: 'Variables of a Service that is younger than the pod',
  subject: 'Client',
  severity: 'warning',
  docs: {
    means:
      'The kubelet sets NAME_SERVICE_HOST and NAME_SERVICE_PORT once, when a container starts. For a Service that was made ' +
      'later they are missing, or hold the address of the one before.',
    why: 'The Service was made, or made anew, after the pod.',
    proof:
      'The variable is used in env, command or args, and the Service was created after `status.startTime` of a running pod.',
    fix: 'Restart the pods; better, dial the Service by its name, which is always current.',
    falseAlarmWhen:
      '`enableServiceLinks: false`, headless Services, a variable that the container sets itself: then it is silent. A ' +
      'Service that was made anew with the same address does no harm.',
  },
  check(workload, network) {
    if (workload.spec.enableServiceLinks === false) return undefined
    const used = usedVariables(workload)
    if (used.size === 0) return undefined
    const stale = [...used].flatMap(([variable, field]) => {
      const service = serviceOf(variable, workload, network)
      const late = service === undefined ? [] : podsBefore(service, workload)
      return service === undefined || late.length === 0 ? [] : [{ service, variable, field, late }]
    })
    const [first] = stale
    if (first === undefined) return undefined
    const { kind, name } = workload.reference
    const names = stale.map(({ service }) => say`${referenceTo(service)}`)
    const evidence = stale.flatMap(({ service, field, variable, late }): Evidence[] => [
      { reference: workload.reference, field, value: `${variable}_SERVICE_HOST` },
      {
        reference: referenceTo(service),
        field: 'metadata.creationTimestamp',
        value: service.metadata.creationTimestamp,
      },
      ...late.slice(0, 1).map((pod) => ({
        reference: referenceTo(pod),
        field: 'status.startTime',
        value: pod.status.startTime,
      })),
    ])
    return {
      proof: 'likely',
      place: place.client(workload),
      summary: say`${workload.reference} uses the variables of ${listed(names)}, made after ${counted(first.late.length, 'of its pods', 'of its pods')} started: there they are missing or those of the Service before`,
      evidence,
      advice: [
        say`kubectl -n ${workload.namespace} rollout restart ${kind.toLowerCase()}/${name}`,
        say`better: dial ${first.service.metadata.name} by its name`,
      ],
    }
  },
})

/** Names of variables by the Service's part of them, with a field that uses each. */
function usedVariables({ spec, specPath }: Workload): ReadonlyMap<string, string> {
  const used = new Map<string, string>()
  for (const [index, container] of spec.containers.entries()) {
    const path = `${specPath}.containers[${index}]`
    const own = new Set(container.env.map(({ name }) => name))
    const texts = [
      ...container.env.map(({ value = '' }, at) => ({ text: value, field: `${path}.env[${at}].value` })),
      ...(container.command ?? []).map((text, at) => ({ text, field: `${path}.command[${at}]` })),
      ...(container.args ?? []).map((text, at) => ({ text, field: `${path}.args[${at}]` })),
    ]
    for (const { text, field } of texts) {
      if (!text.includes('_SERVICE_')) continue
      for (const [, name = ''] of text.matchAll(reference)) {
        const isOwn = own.has(`${name}_SERVICE_HOST`) || own.has(`${name}_SERVICE_PORT`)
        if (!isOwn && !used.has(name)) used.set(name, field)
      }
    }
  }
  return used
}

function serviceOf(variable: string, { namespace }: Workload, network: Network): Service | undefined {
  const name = variable.toLowerCase().replaceAll('_', '-')
  const [service] = network.services.get(namespace, name).items
  return service === undefined || isHeadless(service) ? undefined : service
}

function podsBefore({ metadata }: Service, { pods }: Workload) {
  const made = metadata.creationTimestamp
  return pods.filter((pod) => {
    const { startTime } = pod.status
    if (made === undefined || startTime === undefined || isFinished(pod) || isDeleting(pod)) return false
    return Date.parse(startTime) < Date.parse(made)
  })
}
