import { definitionOf, type KindName, kindNames, kinds } from '../src/snapshot/kinds/kinds.ts'

/** docs/permissions.md: which rights the program uses, and for what. */
export function permissionsPage(banner: string, reads: ReadonlyMap<string, readonly KindName[]>): string {
  const byKind = kindNames.map((kind) => ({
    kind,
    rules: [...reads].filter(([, read]) => read.includes(kind)).map(([rule]) => rule),
  }))
  return [
    `<!-- ${banner} -->`,
    '# Permissions',
    '',
    'netdoctor only reads. The built-in role `view`, bound in one namespace, is enough for the commands about that',
    'namespace; what more it would need is then said, and no verdict is guessed. With the ClusterRole below nothing is',
    'left unread. `--logs` also needs `get pods/log`. Without `watch`, `svc --watch` lists again every 15 seconds.',
    '',
    'Secrets are never listed. `ingress` gets those that the routes name, one by one, keeps their type, the names of their',
    'keys and the public `tls.crt`, and drops all other values while parsing. Leave that rule out, or name the Secrets in',
    '`resourceNames`, and what depends on them is unknown.',
    '',
    'A cluster of more than 2,000 pods is read whole only with `-A` or `--strict`. Else it is asked for the namespaces that',
    'the question is about and those that they turn out to need, and of all others for Services, DaemonSets, Ingresses,',
    'Gateways and their routes, the pods of known Ingress controllers, and cluster-scoped kinds.',
    '',
    '```yaml',
    ...clusterRole(),
    '```',
    '',
    'Which rules look into a kind, recorded while the fixtures of all rules run:',
    '',
    '| resource | scope | in `view` | rules |',
    '| --- | --- | --- | --- |',
    ...byKind.map(
      ({ kind, rules }) =>
        `| ${resource(kind)} | ${kinds[kind].namespaced ? 'namespace' : 'cluster'} | ${isInView(kind) ? 'yes' : 'no'} | ${rulesText(rules)} |`,
    ),
    '',
  ].join('\n')
}

const customGroups: ReadonlySet<string> = new Set([
  'gateway.networking.k8s.io',
  'policy.networking.k8s.io',
  'cilium.io',
  'projectcalico.org',
  'crd.projectcalico.org',
])

/**
 * The role `view` holds the built-in namespaced kinds but Secrets; custom resources only where somebody aggregates them into
 * it.
 */
const isInView = (kind: KindName): boolean =>
  kinds[kind].namespaced && !isReadByName(kind) && !customGroups.has(kinds[kind].group)

const isReadByName = (kind: KindName): boolean => definitionOf(kind).isReadByName === true

const mostNamed = 4

function rulesText(rules: readonly string[]): string {
  if (rules.length === 0) return 'the model'
  return rules.length <= mostNamed ? rules.join(', ') : `${rules.length} rules`
}

function resource(kind: KindName): string {
  const { plural, group } = kinds[kind]
  return group === '' ? plural : `${plural}.${group}`
}

function clusterRole(): readonly string[] {
  const listed = kindNames.filter((kind) => !isReadByName(kind))
  const groups = Map.groupBy(listed, (kind) => kinds[kind].group)
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: ClusterRole',
    'metadata: { name: netdoctor }',
    'rules:',
    ...[...groups].map(
      ([group, members]) =>
        `  - { apiGroups: ["${group}"], resources: [${members.map((kind) => kinds[kind].plural).join(', ')}], verbs: [get, list, watch] }`,
    ),
    '  - { apiGroups: [""], resources: [pods/log], verbs: [get] }',
    ...kindNames
      .filter(isReadByName)
      .map(
        (kind) =>
          `  - { apiGroups: ["${kinds[kind].group}"], resources: [${kinds[kind].plural}], verbs: [get] }   # by name, for ingress`,
      ),
  ]
}
