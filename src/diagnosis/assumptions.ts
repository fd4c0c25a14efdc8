import { dnsServices } from '../network/dns/resolver.ts'
import type { Network } from '../network/network.ts'
import { secretsOf } from '../network/routes/ingress/secrets.ts'
import { listed, say, type Text, word } from '../rules/text.ts'
import type { Hop, Path } from '../trace/path.ts'
import type { Examination } from './examine.ts'
import type { Scope } from './scope.ts'

/**
 * What the answer takes for granted. Platform parts that may not be read do not turn every verdict unknown: they are
 * said once, with the permission that would settle them.
 */
export function assumptionsOf({ scope, paths }: Examination, network: Network): readonly Text[] {
  const { inventory } = network
  const found: Text[] = []
  const nodes = inventory.gaps('Node')[0]
  if (nodes !== undefined)
    found.push(
      say`nodes are healthy and carry the usual labels (${nodes.permission ?? 'nodes were not read'})`,
    )
  const { coverage } = inventory.snapshot
  const usesComputed =
    coverage.declared ||
    scope.services.some((service) => inventory.gaps('EndpointSlice', service.metadata.namespace).length > 0)
  if (usesComputed && scope.services.length > 0) {
    found.push(
      word(
        coverage.declared
          ? 'pods are those that the workloads would make, and become ready'
          : 'EndpointSlices are up to date with the pods',
      ),
    )
  }
  return [
    ...found,
    ...aboutDns(paths, network),
    ...aboutPolicies(paths, network),
    ...aboutSecrets(scope.ingresses, network),
  ]
}

const usualDns =
  'cluster DNS answers; where the files hold none it is the usual one: pods k8s-app=kube-dns in kube-system'

/** Only the way to the nameserver is judged. */
function aboutDns(paths: readonly Path[], { inventory }: Network): readonly Text[] {
  const asked = new Set(
    paths
      .flatMap(({ hops }) => hops.filter(({ kind }) => kind === 'dns'))
      .map(({ verdict }) => verdict.outcome),
  )
  if (inventory.snapshot.coverage.declared)
    return asked.has('passes') || asked.has('fails') ? [word(usualDns)] : []
  if (!asked.has('passes')) return []
  const [gap] = dnsServices(inventory).gaps
  return gap === undefined
    ? [word('cluster DNS answers')]
    : [
        say`cluster DNS answers, and is the usual one: pods k8s-app=kube-dns in kube-system (${gap.permission ?? 'not read'})`,
      ]
}

/** Policies of the whole cluster that were not read may allow and deny more. */
function aboutPolicies(paths: readonly Path[], { policy }: Network): readonly Text[] {
  const { gaps } = policy.cluster()
  const isJudged = paths.some(({ hops }) => hops.some(isJudgedByPolicy))
  if (gaps.length === 0 || !isJudged) return []
  const permissions = [...new Set(gaps.flatMap(({ permission }) => permission ?? []))]
  return [
    permissions.length === 0
      ? word('no cluster-wide policies (not read)')
      : say`no cluster-wide policies (no right to ${listed(permissions.map((permission) => say`${permission}`))})`,
  ]
}

/** Only the command `ingress` asks for Secrets: another question does not look whether they are there. */
function aboutSecrets(ingresses: Scope['ingresses'], { inventory }: Network): readonly Text[] {
  if (inventory.snapshot.coverage.declared) return []
  const isUnasked = ingresses
    .flatMap(secretsOf)
    .some(({ namespace, name }) =>
      inventory.get('Secret', namespace, name).gaps.some(({ why }) => why === 'not-asked'),
    )
  return isUnasked ? [word('Secrets of Ingresses are right (netdoctor ingress reads them)')] : []
}

function isJudgedByPolicy({ kind, verdict, branches = [] }: Hop): boolean {
  const isPolicy = kind === 'egress' || kind === 'ingress'
  if (isPolicy && verdict.outcome !== 'not-checked' && verdict.outcome !== 'not-applicable') return true
  return branches.some(({ hops }) => hops.some(isJudgedByPolicy))
}
