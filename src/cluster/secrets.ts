import { parseObject } from '../snapshot/kinds/kinds.ts'
import type { Gap, Snapshot } from '../snapshot/snapshot.ts'
import { ask } from './lists.ts'
import type { Transport } from './transport.ts'

/** A Secret that an answer depends on. */
export interface SecretName {
  readonly namespace: string
  readonly name: string
}

/**
 * A snapshot with these Secrets besides: each is asked for by its name, and of its values only the public certificate is
 * kept. One that may not be read is a gap of its namespace.
 *
 * @throws KnownError `UNAUTHORIZED`; the signal's reason when interrupted
 */
export async function withSecrets(
  transport: Transport,
  snapshot: Snapshot,
  names: readonly SecretName[],
): Promise<Snapshot> {
  const asked: string[] = []
  const gaps: Gap[] = []
  const found = await Promise.all(
    names.map(async ({ namespace, name }) => {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`
      const outcome = await ask(transport, path)
      if (outcome.result === 'ok') return parseObject(outcome.json, 'v1', 'Secret') ?? []
      if (outcome.result === 'absent') {
        asked.push(`${namespace}/${name}`)
        return []
      }
      const isForbidden = outcome.result === 'forbidden'
      const permission = `get secrets in namespace ${namespace}`
      gaps.push({ kind: 'Secret', namespace, why: isForbidden ? 'forbidden' : 'failed', permission })
      return []
    }),
  )
  const { coverage, objects } = snapshot
  return {
    ...snapshot,
    objects: [...objects, ...found.flat()],
    coverage: {
      ...coverage,
      asked: { ...coverage.asked, Secret: [...(coverage.asked?.Secret ?? []), ...asked].sort() },
      gaps: [...coverage.gaps, ...gaps],
    },
  }
}
