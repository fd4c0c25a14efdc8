import { list, record, text } from '../snapshot/kinds/json.ts'
import { definitionOf, type KindName } from '../snapshot/kinds/kinds.ts'
import { listPath } from './lists.ts'
import { outcomeOf } from './outcome.ts'
import type { Transport } from './transport.ts'

/** Nobody chooses from more. */
const mostNames = 500

const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

/**
 * Names of objects, without the objects: the first ones of a long list, none where it may not be read. For completion; it
 * proves no absence.
 *
 * @param namespace absent: cluster-scoped, or all namespaces
 * @throws as `Transport.get`
 */
export async function readNames(
  transport: Transport,
  kind: KindName,
  namespace: string | undefined,
): Promise<readonly string[]> {
  const [version = 'v1'] = definitionOf(kind).versions
  const path = `${listPath({ kind, version, namespace })}?limit=${mostNames}`
  const outcome = outcomeOf(await transport.get(path, metadataOnly))
  if (outcome.result !== 'ok') return []
  return list(outcome.json['items'], ({ metadata }) => text(record(metadata)['name'])).filter(
    (name) => name !== undefined,
  )
}
