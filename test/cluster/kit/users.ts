import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Kubectl, kubectlFor } from '../harness/kubectl.ts'
import { waitFor } from '../harness/wait.ts'
import type { KubernetesObject } from './objects.ts'
import type { Stage } from './stage.ts'

/** One rule of a Role. */
export interface RoleRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** A user of the stage's namespace, with a kubeconfig of its own that is removed with the user. */
export interface User extends AsyncDisposable {
  readonly kubectl: Kubectl
}

/**
 * Makes a user that may do in the stage's namespace what the ClusterRole (`view`) or the rules say, and nothing else. It is a
 * ServiceAccount, which every cluster can authenticate.
 */
export async function makeUser(
  stage: Stage,
  name: string,
  rights: string | readonly RoleRule[],
): Promise<User> {
  const isClusterRole = typeof rights === 'string'
  const roleRef = { kind: isClusterRole ? 'ClusterRole' : 'Role', name: isClusterRole ? rights : name }
  const rbac = 'rbac.authorization.k8s.io'
  const role: readonly KubernetesObject[] = isClusterRole
    ? []
    : [{ apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name }, rules: rights }]
  await stage.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }, ...role, {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, ...roleRef },
    subjects: [{ kind: 'ServiceAccount', name, namespace: stage.namespace }],
  })
  const token = (await stage.kubectl('create', 'token', name)).trim()
  const dir = await mkdtemp(join(tmpdir(), 'netdoctor-user-'))
  const file = join(dir, 'kubeconfig')
  await writeFile(file, JSON.stringify(await kubeconfigFor(stage, token)), { mode: 0o600 })
  const kubectl = kubectlFor(stage.cluster.kubectlProgram, file)
  const [first] = isClusterRole ? await rulesOf(stage, rights) : rights
  if (first !== undefined) await waitFor(`the rights of ${name}`, () => mayDo(kubectl, first))
  return {
    kubectl,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

async function rulesOf(stage: Stage, clusterRole: string): Promise<readonly RoleRule[]> {
  const rules = await stage.kubectl('get', 'clusterrole', clusterRole, '-o', 'jsonpath={.rules}')
  return JSON.parse(rules) as readonly RoleRule[]
}

/** Whether the API server knows of the right already: it follows roles, bindings and accounts a moment behind. */
async function mayDo(kubectl: Kubectl, { apiGroups, resources, verbs }: RoleRule): Promise<boolean> {
  const resource = apiGroups[0] === '' ? resources[0] : `${resources[0]}.${apiGroups[0]}`
  return (await kubectl.attempt(['auth', 'can-i', `${verbs[0]}`, `${resource}`])).exitCode === 0
}

/** The administrator's kubeconfig with its cluster kept and its user replaced. */
async function kubeconfigFor(stage: Stage, token: string): Promise<object> {
  const minified = await stage.kubectl('config', 'view', '--raw', '--minify', '--flatten')
  const { clusters } = parse(minified) as { readonly clusters: readonly [{ readonly name: string }] }
  const cluster = clusters[0].name
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters,
    users: [{ name: 'test-user', user: { token } }],
    contexts: [{ name: 'test', context: { cluster, user: 'test-user', namespace: stage.namespace } }],
    'current-context': 'test',
  }
}
