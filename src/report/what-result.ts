import type { Ownership } from '../diagnosis/what/owners.ts'
import type { What } from '../diagnosis/what/what.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { instructionText } from './instructions.ts'
import { resultOf } from './result.ts'
import { plainText } from './words.ts'

/** The answer to `what` as the JSON form that docs/schema/what.schema.json describes: a diagnosis, and whose it is. */
export function whatResult({ asked, ownership, others, meaning, next, diagnosis }: What) {
  const { target, seen, server } = asked
  return {
    ...resultOf(diagnosis),
    asked: { host: target.host, port: target.port, seen, server: server?.host },
    owners: ownersResult(ownership),
    unreadOwners: ownership.gaps,
    others: others.map(({ role, host, ownership: its }) => ({ role, host, owners: ownersResult(its) })),
    meaning: meaning.map(plainText),
    next: next.map(instructionText),
  }
}

function ownersResult({ owners }: Ownership) {
  return owners.map(({ kind, reference, says }) => ({
    kind,
    subject: reference === undefined ? undefined : subject(reference),
    says: plainText(says),
  }))
}

function subject({ apiVersion, kind, namespace, name }: ObjectReference) {
  return { apiVersion, kind, namespace, name }
}
