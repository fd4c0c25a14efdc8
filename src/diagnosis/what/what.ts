import type { Network } from '../../network/network.ts'
import { say, type Text } from '../../rules/text.ts'
import { isKind } from '../../snapshot/kinds/kinds.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { diagnose } from '../diagnose.ts'
import type { Diagnosis } from '../diagnosis.ts'
import type { Asked } from './asked.ts'
import { meaningOf } from './meaning.ts'
import { type Ownership, ownersOf } from './owners.ts'
import type { WhatQuestion } from './targets.ts'

/** The answer to `what`. */
export interface What {
  readonly asked: Asked
  readonly ownership: Ownership
  /** Whose the other addresses of the message are: what the name had become, and who wrote it. */
  readonly others: readonly {
    readonly role: 'resolved' | 'local'
    readonly host: string
    readonly ownership: Ownership
  }[]
  /** What the message can mean here; empty for an address or a name alone. */
  readonly meaning: readonly Text[]
  /** Commands that lead on. */
  readonly next: readonly Text[]
  readonly diagnosis: Diagnosis
}

/** Whose an address or a name is, who dials it, what is wrong with that, and what a message about it can mean here. */
export function answerWhat(asked: Asked, question: WhatQuestion, network: Network): What {
  const diagnosis = diagnose(question, network)
  const ownership = ownersOf(question, network)
  const { seen, resolved, local, target } = asked
  const others = [
    { role: 'resolved' as const, named: resolved },
    { role: 'local' as const, named: local },
  ].flatMap(({ role, named }) =>
    named === undefined || named.host === target.host
      ? []
      : [{ role, host: named.host, ownership: ownersOf({ ...question, ...named }, network) }],
  )
  const meaning =
    seen === undefined
      ? []
      : meaningOf(seen, {
          paths: diagnosis.paths,
          owners: [
            ...ownership.owners,
            ...others.flatMap((other) => (other.role === 'resolved' ? other.ownership.owners : [])),
          ],
          isName: target.address === undefined,
          hasGaps: ownership.gaps.length > 0,
        })
  return { asked, ownership, others, meaning, next: nextSteps(diagnosis, ownership, network), diagnosis }
}

const mostSteps = 3

/** One command for each Service that it is, else for each client that dials it. */
function nextSteps({ paths }: Diagnosis, { owners }: Ownership, { inventory }: Network): readonly Text[] {
  const services = owners.flatMap(({ kind, reference }) =>
    kind === 'service' && reference !== undefined ? [reference] : [],
  )
  const steps = services.map(({ name, namespace = '' }) => say`kubectl netdoctor -n ${namespace} svc ${name}`)
  const clients = paths.flatMap(({ connection: { client } }) =>
    client.kind === 'workload' ? [client.workload] : [],
  )
  const calls = [...new Map(clients.map((workload) => [workload.key, workload])).values()].map(
    ({ reference: { kind, name }, namespace }) =>
      say`kubectl netdoctor -n ${namespace} from ${kind.toLowerCase()}/${name}`,
  )
  const known = owners.flatMap(({ kind, reference }) => {
    if (kind !== 'pod' || reference === undefined) return []
    const [pod] = inventory.get('Pod', reference.namespace ?? '', reference.name).items
    if (pod === undefined || !isKind(pod, 'Pod')) return []
    const { name, namespace = '' } = referenceTo(pod)
    return [say`kubectl -n ${namespace} get pod ${name} -o wide`]
  })
  return [...steps, ...calls, ...known].slice(0, mostSteps)
}
