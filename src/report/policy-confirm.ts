import type { FlowQuestion, JudgedPair } from '../diagnosis/flow/judge.ts'
import type { Network } from '../network/network.ts'
import { isHeadless } from '../network/services/service-facts.ts'
import { kubectlFor } from './commands.ts'
import type { RowLine } from './document.ts'
import { shellQuote } from './escape.ts'
import { resourceName } from './words.ts'

const executable: ReadonlySet<string> = new Set([
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'ReplicationController',
  'Job',
])

/**
 * The command that tries the flow from the client's own pod. By address: a name that does not resolve would prove
 * nothing about these rules. `undefined` where no command of kubectl can.
 *
 * @param isWhole the reason is about all endpoints: the Service may choose; else the pod itself is dialled
 */
export function confirmLine(
  { source, destination }: FlowQuestion,
  { target, why, verdict }: JudgedPair,
  network: Network,
  isWhole: boolean,
): RowLine | undefined {
  if (source.kind !== 'pods' || source.isStandIn || network.inventory.snapshot.coverage.declared)
    return undefined
  const { reference, pods } = source
  const [pod] = pods
  if (pod === undefined || verdict.flow.protocol === 'SCTP' || verdict.flow.protocol === 'ICMP')
    return undefined
  const isTranslated = isWhole && destination.kind === 'service' && !isHeadless(destination.service)
  const dialled = isTranslated ? destination.service.spec.clusterIP : why?.destination.addressText
  const port = isTranslated
    ? servicePort(destination.service, target.port, verdict.flow, network)
    : target.port
  if (dialled === undefined || dialled === '' || port === undefined) return undefined
  const test = probe(verdict.flow.protocol, dialled, port)
  if (test === undefined) return undefined
  const subject = executable.has(reference.kind) ? resourceName(reference) : `pod/${pod.metadata.name}`
  return {
    text: `(needs ${test.needs} in the image)`,
    command: `${kubectlFor({ ...reference, namespace: pod.metadata.namespace })} exec ${shellQuote(subject)} -- ${test.command}`,
  }
}

function servicePort(
  service: Parameters<typeof isHeadless>[0],
  podPort: number,
  { protocol }: { readonly protocol: string },
  network: Network,
): number | undefined {
  return service.spec.ports.find(
    (port) =>
      (port.protocol ?? 'TCP') === protocol &&
      network.services.ofPort(service, port).items.some(({ targetPort }) => targetPort === podPort),
  )?.port
}

function probe(
  protocol: string,
  address: string,
  port: number,
): { readonly command: string; readonly needs: string } | undefined {
  if (protocol === 'TCP') return { command: `nc -z -v -w 3 ${shellQuote(address)} ${port}`, needs: 'nc' }
  // Of UDP only a server that answers tells anything.
  return port === 53
    ? { command: `nslookup kubernetes.default.svc.cluster.local ${shellQuote(address)}`, needs: 'nslookup' }
    : undefined
}
