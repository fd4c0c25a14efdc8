import { KnownError } from '../snapshot/known-error.ts'
import type { Input } from './input.ts'
import type { PlaceArgument } from './places.ts'

/**
 * The namespace that an argument means: named in it, by `-n` or the context; for files, the only one that holds an
 * object of that name. `undefined`: files, and none of their namespaces holds it.
 *
 * @param kinds what the argument may name, when it does not say
 * @throws KnownError when files hold it in several namespaces
 */
export function namespaceOf(
  argument: PlaceArgument,
  kinds: readonly string[],
  { namespace, snapshot }: Input,
): string | undefined {
  const named = argument.namespace ?? namespace
  if (named !== undefined) return named
  const meant = argument.kind === undefined ? kinds : [argument.kind]
  const holding = new Set(
    snapshot.objects
      .filter(({ kind, metadata }) => metadata.name === argument.name && meant.includes(kind))
      .flatMap(({ metadata }) => metadata.namespace ?? []),
  )
  if (holding.size > 1) {
    throw new KnownError(
      'AMBIGUOUS_NAMESPACE',
      `${argument.name} is in the namespaces ${[...holding].sort().join(', ')} of these files: say which with -n`,
    )
  }
  const [only] = holding
  return only
}
