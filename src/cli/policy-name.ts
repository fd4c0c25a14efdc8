import type { Network } from '../network/network.ts'
import { nearest } from '../rules/similar.ts'
import type { KubeObject } from '../snapshot/kinds/kinds.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { type ObjectReference, referenceTo } from '../snapshot/snapshot.ts'
import type { Input } from './input.ts'
import { parsePlace } from './places.ts'
import { namespaceOf } from './target-namespace.ts'

const clusterKinds = ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'] as const

/**
 * The policy that a name means: `[NAMESPACE/]NAME` of a NetworkPolicy, else of a cluster-wide policy; or TYPE/NAME.
 *
 * @throws KnownError when there is none, or several
 */
export function findPolicy(written: string, input: Input, network: Network): ObjectReference {
  const argument = parsePlace(written)
  const { kind, name } = argument
  const known: readonly string[] = ['NetworkPolicy', ...clusterKinds]
  if (kind !== undefined && !known.includes(kind))
    throw new KnownError(
      'NOT_A_POLICY',
      `--without ${written}: a ${kind} is no policy; use netpol/, anp/, banp/ or cnp/`,
    )
  const namespace =
    kind === undefined || kind === 'NetworkPolicy'
      ? namespaceOf(argument, ['NetworkPolicy'], input)
      : undefined
  const found: readonly KubeObject[] = [
    ...(namespace === undefined || !(kind === undefined || kind === 'NetworkPolicy')
      ? []
      : network.inventory.get('NetworkPolicy', namespace, name).items),
    ...(argument.namespace === undefined
      ? clusterKinds.filter((candidate) => kind === undefined || kind === candidate)
      : []
    ).flatMap((candidate): readonly KubeObject[] => network.inventory.get(candidate, '', name).items),
  ]
  const [first, second] = found
  if (first !== undefined && second !== undefined)
    throw new KnownError(
      'AMBIGUOUS_NAME',
      `several policies are called ${name}: say which, ${found.map((object) => `${object.kind.toLowerCase()}/${name}`).join(' or ')}`,
    )
  if (first !== undefined) return referenceTo(first)
  throw notFound(written, name, namespace, network)
}

function notFound(
  written: string,
  name: string,
  namespace: string | undefined,
  network: Network,
): KnownError {
  const gap = namespace === undefined ? undefined : network.inventory.gaps('NetworkPolicy', namespace)[0]
  if (gap !== undefined)
    return new KnownError(
      'NOT_READABLE',
      `network policies in namespace "${namespace}" could not be read (${gap.permission ?? gap.why})`,
    )
  const all: readonly KubeObject[] = [
    ...network.inventory.list('NetworkPolicy').items,
    ...clusterKinds.flatMap((kind): readonly KubeObject[] => network.inventory.list(kind).items),
  ]
  const near = nearest(
    name,
    all.map(({ metadata }) => metadata.name),
  )
  const same = all
    .filter(({ metadata }) => metadata.name === name || near.includes(metadata.name))
    .slice(0, 4)
  const hint = same
    .map(({ metadata }) =>
      metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
    )
    .join(' or ')
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`
  return new KnownError(
    'NOT_FOUND',
    `--without ${written}: there is no such policy${where}${hint === '' ? '' : `: did you mean ${hint}?`}`,
  )
}
