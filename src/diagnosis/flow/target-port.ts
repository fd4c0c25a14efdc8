import type { Protocol } from '../../network/policy/model.ts'
import { runningContainers } from '../../network/workloads/workload.ts'
import type { Text } from '../../rules/text.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { ServicePort } from '../../snapshot/kinds/service.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { NamedEnd } from './ends.ts'

/** Which port is asked about: a number or a name; absent for all that the destination offers. */
export interface AskedPort {
  readonly port?: number | string | undefined
  readonly protocol?: Protocol | undefined
}

/** One pod or address that packets to a dialled port end at. */
export interface Target extends NamedEnd {
  /** The port on the pod. */
  readonly port: number
}

/** One dialled port with all that it leads to. */
export interface TargetPort {
  /** The port that the client dials: of the Service, or of the pod. */
  readonly dialled: number
  readonly protocol: Protocol
  /** Behind a Service: its port, and whether its address is translated. */
  readonly servicePort?: ServicePort | undefined
  readonly isTranslated: boolean
  readonly targets: readonly Target[]
  /** What is to be said before any policy is asked. */
  readonly notes: readonly Text[]
  /** Not empty: some targets are not known. */
  readonly gaps: readonly Gap[]
}

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

export function protocolNamed(text: string): Protocol | undefined {
  return protocols.find((protocol) => protocol === text.toUpperCase())
}

export interface DeclaredPort {
  readonly name: string | undefined
  readonly port: number
  readonly protocol: Protocol
}

/** The ports that the running containers of a pod declare. */
export function declaredPorts({ spec }: Pod): readonly DeclaredPort[] {
  return runningContainers(spec).flatMap(({ ports }) =>
    ports.map(({ name, containerPort, protocol }) => ({
      name,
      port: containerPort,
      protocol: protocolNamed(protocol ?? 'TCP') ?? 'TCP',
    })),
  )
}
