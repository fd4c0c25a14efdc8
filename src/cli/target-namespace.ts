import type { Network } from '../network/network.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Input } from './input.ts'
import type { PlaceArgument } from './places.ts'

/**
 * The namespace that an argument means: named in it, by `-n` or the context; for files, the only one that holds an
 * object of that name.
 *
 * @throws KnownError when files hold it in several namespaces
 */
export function namespaceOf(argument: PlaceArgument, input: Input, network: Network): string {
  const named = argument.namespace ?? input.namespace
  if (named !== undefined) return named
  const holding = new Set(
    network.inventory.snapshot.objects
      .filter(({ metadata }) => metadata.name === argument.name)
      .flatMap(({ metadata }) => metadata.namespace ?? []),
  )
  if (holding.size > 1) {
    throw new KnownError(
      'AMBIGUOUS_NAMESPACE',
      `${argument.name} is in the namespaces ${[...holding].sort().join(', ')} of these files: say which with -n`,
    )
  }
  const [only] = holding
  return only ?? network.workloads.namespaces()[0] ?? 'default'
}
