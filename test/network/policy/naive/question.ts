import { bitsOf, get, items, type Json, labelsOf, type NaiveEnd, nameOf, text } from './objects.ts'

export type Direction = 'egress' | 'ingress'

/** Asks what the API leaves open: a number below `options`, the same for the same question. */
export type Choose = (question: string, options: number) => number

export interface Question {
  readonly objects: readonly Json[]
  readonly direction: Direction
  readonly subject: NaiveEnd
  readonly peer: NaiveEnd
  readonly peerAddress: string | undefined
  /** The pod whose port is meant, if it is one. */
  readonly destination: Json | undefined
  readonly protocol: string
  readonly port: number
  readonly throughService: boolean
  readonly choose: Choose
}

export type Answer = 'allow' | 'deny'

export const ofKind = ({ objects }: Question, kind: string): readonly Json[] =>
  objects.filter((object) => object['kind'] === kind)

export const isHost = (pod: Json): boolean => get(pod, 'spec', 'hostNetwork') === true

export function namespaceLabels(question: Question, name: string): Json {
  const namespace = ofKind(question, 'Namespace').find((object) => nameOf(object) === name)
  return { ...labelsOf(namespace), 'kubernetes.io/metadata.name': name }
}

/** A container port of that name with the protocol and number of the packet; of init containers it is not said. */
export function declaredPort(
  { destination, protocol, port, choose }: Question,
  name: string,
  at: string,
): boolean {
  const has = (field: string): boolean =>
    items(get(destination, 'spec', field)).some((container) =>
      items(container['ports']).some(
        (item) =>
          item['name'] === name && item['containerPort'] === port && (item['protocol'] ?? 'TCP') === protocol,
      ),
    )
  return has('containers') || (has('initContainers') && choose(`init container ${at}`, 2) === 1)
}

export function nodesAt(question: Question, address: string | undefined): readonly Json[] {
  if (address === undefined) return []
  return ofKind(question, 'Node').filter((node) =>
    items(get(node, 'status', 'addresses')).some((item) => bitsOf(text(item['address'])) === bitsOf(address)),
  )
}
