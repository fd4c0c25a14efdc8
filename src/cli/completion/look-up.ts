import yargs from 'yargs'
import { openCluster } from '../../cluster/cluster.ts'
import { loadKubeconfig } from '../../cluster/kubeconfig.ts'
import { resourceName } from '../../report/words.ts'
import { loadFiles } from '../../snapshot/files/load.ts'
import { readSources } from '../../snapshot/files/sources.ts'
import { definitionOf, type KindName } from '../../snapshot/kinds/kinds.ts'
import { connectionOptions, inputFlags } from '../options.ts'
import { kindOfType } from '../places.ts'
import type { Value } from './value.ts'

type LookedUp = Extract<Value, { readonly of: 'kubeconfig' | 'objects' }>

/** What the flags before the cursor say about where to look. */
type Given = ReturnType<typeof parsed>

/**
 * Candidates that only the kubeconfig, the files given, or the cluster know.
 *
 * @param before the words before the cursor
 * @throws whatever hinders it: there are no candidates then
 */
export async function lookUp(
  value: LookedUp,
  typed: string,
  before: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const given = parsed(before)
  if (value.of === 'kubeconfig')
    return [...(await loadKubeconfig(given.kubeconfig, process.env))[value.part].keys()]
  return objectNames(value.kinds, typed, given, signal)
}

/** Parsed as the commands parse them; half a command line is no error, and a flag whose value is being typed not there. */
function parsed(before: readonly string[]) {
  const isOpen = before.at(-1)?.startsWith('-') === true
  return inputFlags(yargs(isOpen ? before.slice(0, -1) : [...before]))
    .parserConfiguration({ 'boolean-negation': false, 'greedy-arrays': false, 'dot-notation': false })
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail(() => undefined)
    .parseSync()
}

/** `[NAMESPACE/]NAME`, and `[NAMESPACE/]TYPE/NAME` where several kinds are meant or a type is typed. */
async function objectNames(
  kinds: readonly KindName[],
  typed: string,
  given: Given,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const parts = typed.split('/').slice(0, -1)
  const type = parts.at(-1)
  const typedKind = type === undefined ? undefined : kindOfType(type)
  const [namespace] = typedKind === undefined ? parts : parts.slice(0, -1)
  const meant = typedKind === undefined ? kinds : [typedKind]
  const prefix = parts.map((part) => `${part}/`).join('')
  const names = await namesOf(meant, namespace, given, signal)
  return names.flatMap(({ kind, name }) => {
    if (typedKind !== undefined || kinds.length === 1) return `${prefix}${name}`
    return `${prefix}${resourceName({ apiVersion: '', kind, namespace: undefined, name })}`
  })
}

interface Named {
  readonly kind: KindName
  readonly name: string
}

async function namesOf(
  kinds: readonly KindName[],
  namespace: string | undefined,
  given: Given,
  signal: AbortSignal,
): Promise<readonly Named[]> {
  if (given.filename !== undefined) return namesInFiles(kinds, namespace ?? given.namespace, given.filename)
  const surroundings = { env: process.env, isInteractive: false }
  const session = await openCluster(connectionOptions(given), signal, surroundings)
  try {
    const found = await Promise.all(
      kinds.map(async (kind) => {
        const of = definitionOf(kind).namespaced ? (namespace ?? session.namespace) : undefined
        return (await session.names(kind, of)).map((name) => ({ kind, name }))
      }),
    )
    return found.flat()
  } finally {
    await session.close()
  }
}

function namesInFiles(
  kinds: readonly KindName[],
  namespace: string | undefined,
  paths: readonly string[],
): readonly Named[] {
  const { snapshot } = loadFiles(readSources(paths.filter((path) => path !== '-')), {
    isComplete: false,
    defaultNamespace: 'default',
  })
  const here = snapshot.objects.filter(
    ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
  )
  const objects = here
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, metadata: { name } }) => ({ kind, name }))
  if (!kinds.includes('Namespace')) return objects
  // Files rarely hold their namespaces; what lies in them names them.
  const named = here.flatMap(({ metadata }) => metadata.namespace ?? [])
  return [...objects, ...named.map((name): Named => ({ kind: 'Namespace', name }))]
}
