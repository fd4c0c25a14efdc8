import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { type Environment, environmentOf } from '../../network/references/environment.ts'
import { namesPeer } from '../../network/references/key-words.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { severityFor } from './dialled.ts'
import { needOf } from './need.ts'

/** A reference where the host of an address stands: behind a scheme, a user or at the start, before a port or a path. */
const inHost = /(?:^|:\/\/|@|\.)\$\(([A-Za-z_][A-Za-z0-9_.-]{0,100})\)(?=[:/.]|$)/g

export default defineRule({
  id: 'client/undefined-variable',
  title: 'Address made of a variable that does not exist',
  subject: 'Client',
  severity: 'warning',
  docs: {
    means:
      'The kubelet leaves `$(NAME)` as it is written, and the client dials a host of that name: no such host.',
    why:
      'The variable was renamed or taken away, is defined further down (only what stands before counts), or belongs to a ' +
      'Service that does not exist.',
    proof:
      'A value in env refers in place of a host to a variable that neither env before it, nor envFrom, nor a Service of the ' +
      'namespace sets. It is an error when the client shows that it cannot do without.',
    fix: 'Define the variable before the one that uses it.',
    falseAlarmWhen:
      'Containers with envFrom of a Secret or of a ConfigMap that could not be read, `$$(NAME)`, and references elsewhere ' +
      'than in the host of an address: then it is silent.',
  },
  check(workload, network) {
    const { spec, specPath } = workload
    return spec.containers.flatMap((container, index) =>
      undefinedIn(container, `${specPath}.containers[${index}]`, workload, network),
    )
  },
})

function undefinedIn(
  container: Container,
  path: string,
  workload: Workload,
  network: Network,
): readonly FindingDraft[] {
  if (!container.env.some(({ value }) => value?.includes('$(') === true)) return []
  if (container.envFrom.some(({ secretRef }) => secretRef !== undefined)) return []
  const environment = environmentOf(container, path, workload, network.inventory)
  const before = new Set(container.envFrom.length === 0 ? [] : imported(environment, container))
  return container.env.flatMap(({ name, value = '' }, index) => {
    const missing = [...value.matchAll(inHost)]
      .filter(({ index: at }) => !isEscaped(value, value.indexOf('$(', at)))
      .map(([, variable = '']) => variable)
      .find((variable) => !before.has(variable) && !isOfService(variable, environment))
    before.add(name)
    if (missing === undefined || !isAddress(name, value)) return []
    // A ConfigMap, or a Service of the namespace, may set it.
    for (const read of environment.reads) whole(read)
    whole(network.inventory.list('Service', workload.namespace))
    const isLater = container.env.slice(index).some((item) => item.name === missing)
    const need = needOf(workload, network.inventory)
    return [
      {
        proof: 'proven' as const,
        severity: severityFor(workload, need === undefined ? ('warning' as const) : ('error' as const)),
        place: place.client(workload),
        summary: say`${workload.reference} makes an address of ${`$(${missing})`} (container ${container.name}, variable ${name}), ${isLater ? word('which is defined only further down') : word('which nothing defines')}: it stays as it is written`,
        evidence: [
          { reference: workload.reference, field: `${path}.env[${index}].value`, value: `$(${missing})` },
        ],
        advice: [
          isLater
            ? say`move ${missing} before ${name}`
            : say`define ${missing} before ${name}, or write the host`,
        ],
      },
    ]
  })
}

/** Variables that envFrom brings. */
function imported({ variables }: Environment, { env }: Container): readonly string[] {
  const own = new Set(env.map(({ name }) => name))
  return [...variables.keys()].filter((name) => !own.has(name))
}

/** The kubelet's own variables for Services come before all others. */
function isOfService(variable: string, { variables, lookup }: Environment): boolean {
  return !variables.has(variable) && lookup(variable) !== undefined
}

function isEscaped(value: string, at: number): boolean {
  return at > 0 && value[at - 1] === '$'
}

function isAddress(name: string, value: string): boolean {
  return value.includes('://') || namesPeer(name)
}
