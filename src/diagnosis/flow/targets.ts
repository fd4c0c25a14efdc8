import type { Network } from '../../network/network.ts'
import type { Protocol } from '../../network/policy/model.ts'
import { say, word } from '../../rules/text.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { KnownError } from '../../snapshot/known-error.ts'
import { type FlowEnd, type NamedEnd, named } from './ends.ts'
import { servicePorts } from './service-targets.ts'
import { type AskedPort, type DeclaredPort, declaredPorts, type TargetPort } from './target-port.ts'

/**
 * The ports that a question is about and where packets to them end: behind a Service at the pod's own port.
 *
 * @throws KnownError when the destination has no such port, or needs one
 */
export function targetPorts(end: FlowEnd, asked: AskedPort, network: Network): readonly TargetPort[] {
  switch (end.kind) {
    case 'service':
      return servicePorts(end.service, asked, network)
    case 'pods':
      return podPorts(end, asked)
    case 'node':
      return [plainPort(named({ kind: 'node', node: end.node }), asked, `node/${end.node.metadata.name}`)]
    case 'address':
      return [plainPort(named({ kind: 'outside', address: end.address }), asked, end.address)]
    case 'world':
      return [plainPort(named({ kind: 'outside', address: '' }), asked, 'world')]
  }
}

function plainPort(end: NamedEnd, { port, protocol = 'TCP' }: AskedPort, place: string): TargetPort {
  if (typeof port !== 'number')
    throw new KnownError(
      'PORT_MISSING',
      port === undefined
        ? `say which port of ${place}: --to ${place}:443`
        : `${place} is no pod and has no port names: give the number instead of "${port}"`,
    )
  return {
    dialled: port,
    protocol,
    isTranslated: false,
    targets: [{ ...end, port }],
    notes: [],
    gaps: [],
  }
}

function podPorts(
  { pods, reference }: Extract<FlowEnd, { kind: 'pods' }>,
  asked: AskedPort,
): readonly TargetPort[] {
  const all = pods.map((pod) => ({ pod, ports: declaredPorts(pod) }))
  const declared = all.flatMap(({ ports }) => ports)
  const place = `${reference.kind.toLowerCase()}/${reference.name}`
  const { port } = asked
  if (typeof port === 'number') {
    const known = declared.filter((item) => item.port === port).map(({ protocol }) => protocol)
    const wanted = asked.protocol === undefined ? [...new Set(known)] : [asked.protocol]
    return (wanted.length === 0 ? (['TCP'] as const) : wanted).map((protocol) => {
      const isDeclared = declared.some((item) => item.port === port && item.protocol === protocol)
      return {
        ...portOf(port, protocol, pods),
        notes: isDeclared
          ? []
          : [
              say`${reference} declares no port ${port}/${word(protocol)}: that a policy lets packets in does not mean that anything listens`,
            ],
      }
    })
  }
  const meant = declared.filter(
    (item) =>
      (port === undefined || item.name === port) &&
      (asked.protocol === undefined || item.protocol === asked.protocol),
  )
  if (meant.length === 0) throw noSuchPort(place, asked, declared)
  const byPort = Map.groupBy(meant, ({ port: number, protocol }) => `${number}/${protocol}`)
  return [...byPort.values()].flatMap(([first]) =>
    first === undefined
      ? []
      : [
          portOf(
            first.port,
            first.protocol,
            all
              .filter(({ ports }) =>
                ports.some((item) => item.port === first.port && item.protocol === first.protocol),
              )
              .map(({ pod }) => pod),
          ),
        ],
  )
}

function portOf(port: number, protocol: Protocol, pods: readonly Pod[]): TargetPort {
  return {
    dialled: port,
    protocol,
    isTranslated: false,
    targets: pods.map((pod) => ({ ...named({ kind: 'pod', pod }), port })),
    notes: [],
    gaps: [],
  }
}

function noSuchPort(place: string, { port }: AskedPort, declared: readonly DeclaredPort[]): KnownError {
  const known = [
    ...new Set(
      declared.map(({ name, port: number, protocol }) =>
        name === undefined || name === '' ? `${number}/${protocol}` : `${name} (${number}/${protocol})`,
      ),
    ),
  ]
  const has = known.length === 0 ? 'it declares none' : `it declares ${known.join(', ')}`
  return new KnownError(
    'PORT_MISSING',
    port === undefined
      ? `${place} declares no port: say which, --to ${place}:8080`
      : `${place} has no port named "${port}": ${has}`,
  )
}
