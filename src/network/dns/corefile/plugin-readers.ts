import { parseAddress } from '../../inventory/address.ts'
import type { Fallthrough, HostsEntry, KubernetesPlugin, NameMatch, Plugin, RewriteRule } from './model.ts'
import type { Directive, Line } from './parse.ts'
import { absoluteName, isReverseZone, type ZoneName } from './zones.ts'

interface Trouble {
  readonly line: number
  readonly message: string
}

interface ReadPlugin {
  readonly plugins: readonly Plugin[]
  readonly troubles: readonly Trouble[]
}

/** Reads one use of a plugin; server zones stand for those that it does not name. */
type PluginReader = (directive: Directive, serverZones: readonly ZoneName[]) => ReadPlugin

const wrong = (line: number, message: string): Trouble => ({ line, message })

function optionNamed(block: readonly Line[], name: string): Line | undefined {
  return block.find(({ words }) => words[0] === name)
}

/** `fallthrough` alone is for all names, with zones for those. */
function fallthroughOf(block: readonly Line[]): Fallthrough {
  const option = optionNamed(block, 'fallthrough')
  if (option === undefined) return []
  const zones = option.words.slice(1).map(absoluteName)
  return zones.length === 0 ? ['.'] : zones
}

const zonesOr = (words: readonly string[], others: readonly ZoneName[]): readonly ZoneName[] =>
  words.length === 0 ? others : words.map(absoluteName)

/** Options of the kubernetes plugin: whether one needs arguments. Source: plugin/kubernetes/setup.go. */
const kubernetesOptions: ReadonlyMap<string, 'none' | 'some' | 'any'> = new Map([
  ['endpoint_pod_names', 'none'],
  ['pods', 'some'],
  ['namespaces', 'some'],
  ['endpoint', 'some'],
  ['tls', 'some'],
  ['labels', 'some'],
  ['namespace_labels', 'some'],
  ['fallthrough', 'any'],
  ['ttl', 'some'],
  ['transfer', 'any'],
  ['noendpoints', 'none'],
  ['ignore', 'some'],
  ['kubeconfig', 'some'],
  ['apiserver_qps', 'some'],
  ['apiserver_burst', 'some'],
  ['apiserver_max_inflight', 'some'],
  ['startup_timeout', 'some'],
  ['multicluster', 'any'],
  ['zonal', 'any'],
  ['upstream', 'any'],
  ['resyncperiod', 'some'],
])

const podModes: ReadonlySet<string> = new Set(['disabled', 'insecure', 'verified'])

const kubernetes: PluginReader = ({ words, block, line }, serverZones) => {
  const zones = zonesOr(words.slice(1), serverZones)
  const [, podMode = ''] = optionNamed(block, 'pods')?.words ?? ['', 'disabled']
  const pods: KubernetesPlugin['pods'] =
    podMode === 'insecure' || podMode === 'verified' ? podMode : 'disabled'
  const argumentsOf = (name: string): readonly string[] | undefined =>
    optionNamed(block, name)?.words.slice(1)
  const selector = (name: string): string | undefined => argumentsOf(name)?.join(' ')
  const troubles = block.flatMap(({ words: [name = '', ...rest], line: at }): readonly Trouble[] => {
    const takes = kubernetesOptions.get(name)
    if (takes === undefined) return [wrong(at, `kubernetes: unknown property '${name}'`)]
    if (takes === 'some' && rest.length === 0) return [wrong(at, `kubernetes: ${name} needs an argument`)]
    if (takes === 'none' && rest.length > 0) return [wrong(at, `kubernetes: ${name} takes no argument`)]
    if (name === 'pods' && !podModes.has(rest[0] ?? ''))
      return [
        wrong(
          at,
          `kubernetes: wrong value for pods: ${rest[0] ?? ''}, must be disabled, verified or insecure`,
        ),
      ]
    if (name === 'ignore' && rest[0] !== 'empty_service')
      return [wrong(at, `kubernetes: unable to parse ignore value: '${rest[0] ?? ''}'`)]
    if (name === 'ttl' && !(/^[0-9]{1,4}$/.test(rest[0] ?? '') && Number(rest[0]) <= 3600))
      return [wrong(at, `kubernetes: ttl must be in range [0, 3600]: ${rest[0] ?? ''}`)]
    return []
  })
  if (zones.every(isReverseZone))
    troubles.push(wrong(line, 'kubernetes: a zone that is no reverse zone must be named'))
  if (argumentsOf('namespaces') !== undefined && argumentsOf('namespace_labels') !== undefined)
    troubles.push(wrong(line, 'kubernetes: namespaces and namespace_labels cannot both be set'))
  const plugin: KubernetesPlugin = {
    kind: 'kubernetes',
    line,
    zones,
    pods,
    namespaces: argumentsOf('namespaces') ?? [],
    labels: selector('labels'),
    namespaceLabels: selector('namespace_labels'),
    endpointPodNames: argumentsOf('endpoint_pod_names') !== undefined,
    hasEndpoints: argumentsOf('noendpoints') === undefined,
    ignoresEmptyServices: argumentsOf('ignore')?.[0] === 'empty_service',
    fallthrough: fallthroughOf(block),
    isForeign: ['endpoint', 'kubeconfig', 'multicluster'].some((name) => argumentsOf(name) !== undefined),
  }
  return { plugins: [plugin], troubles }
}

const hostsOptions: ReadonlySet<string> = new Set(['fallthrough', 'ttl', 'no_reverse', 'reload'])

const hosts: PluginReader = ({ words, block, line }, serverZones) => {
  const [, file = '/etc/hosts', ...zones] = words
  const entries = block.flatMap(({ words: [address = '', ...names], line: at }): readonly HostsEntry[] =>
    hostsOptions.has(address) || parseAddress(address) === undefined
      ? []
      : [{ address, names: names.map(absoluteName), line: at }],
  )
  // Entries have to stand before `fallthrough`. Source: plugin/hosts/setup.go.
  const fallthroughAt = block.findIndex(({ words: [name] }) => name === 'fallthrough')
  const troubles = block.flatMap(({ words: [name = ''], line: at }, index) =>
    fallthroughAt === -1 || index < fallthroughAt || hostsOptions.has(name)
      ? []
      : [wrong(at, `hosts: unknown property '${name}': entries stand before fallthrough`)],
  )
  const plugin = {
    kind: 'hosts',
    line,
    file,
    zones: zonesOr(zones, serverZones),
    entries,
    fallthrough: fallthroughOf(block),
  } as const
  return { plugins: [plugin], troubles }
}

const nameMatches: ReadonlySet<string> = new Set(['exact', 'prefix', 'suffix', 'substring', 'regex'])
const isNameMatch = (word: string): word is NameMatch => nameMatches.has(word)

/** What rewrites that leave names and types alone may change. */
const harmlessRewrites: ReadonlySet<string> = new Set(['class', 'edns0', 'ttl', 'cname', 'rcode'])

const rewrite: PluginReader = ({ words, block, line }) => {
  const [, ...rest] = words
  // The long form has the rules in a block.
  const written =
    rest.length === 0
      ? block.map(({ words: own, line: at }) => ({ words: own, at }))
      : [{ words: rest, at: line }]
  const read = written.map(({ words: own, at }) => rewriteRule(own, at))
  return {
    plugins: read.flatMap(({ rule }) => (rule === undefined ? [] : [rule])),
    troubles: read.flatMap(({ trouble }) => (trouble === undefined ? [] : [trouble])),
  }
}

function rewriteRule(
  written: readonly string[],
  line: number,
): { readonly rule?: RewriteRule; readonly trouble?: Trouble } {
  const [first = ''] = written
  const hasMode = first === 'stop' || first === 'continue'
  const [field = '', ...rest] = hasMode ? written.slice(1) : written
  const common = { kind: 'rewrite', line, goesOn: first === 'continue' } as const
  // `rewrite FROM TO` is the oldest form.
  if (field !== 'name' && field !== 'type')
    return { rule: { ...common, isOpaque: !harmlessRewrites.has(field) } }
  if (field === 'type') return { rule: { ...common, isOpaque: true } }
  const [how = '', ...others] = rest
  const [match, from, to] = isNameMatch(how)
    ? [how, others[0], others[1]]
    : (['exact', how, others[0]] as const)
  if (from === undefined || from === '' || to === undefined)
    return { trouble: wrong(line, 'rewrite: a name rule needs what to look for and what to put there') }
  const isWholeLabels = match === 'exact' || match === 'suffix'
  return {
    rule: {
      ...common,
      isOpaque: false,
      name: {
        match,
        from: isWholeLabels ? absoluteName(from) : match === 'regex' ? from : from.toLowerCase(),
        to,
      },
    },
  }
}

const template: PluginReader = ({ words, block, line }, serverZones) => {
  const [, , type = 'ANY', ...zones] = words
  const troubles = words.length < 3 ? [wrong(line, 'template: needs a class and a type')] : []
  const valuesOf = (name: string): readonly string[] =>
    block.flatMap(({ words: [own, ...rest] }) => (own === name ? rest : []))
  const plugin = {
    kind: 'template',
    line,
    type: type.toUpperCase(),
    zones: zonesOr(zones, serverZones),
    matches: valuesOf('match'),
    answers: valuesOf('answer'),
    rcode: (valuesOf('rcode')[0] ?? 'NOERROR').toUpperCase(),
    fallthrough: fallthroughOf(block),
  } as const
  return { plugins: [plugin], troubles }
}

const forward: PluginReader = ({ words, block, line }) => {
  const [, from, ...to] = words
  const troubles =
    from === undefined || to.length === 0 ? [wrong(line, 'forward: needs a zone and an address')] : []
  const plugin = {
    kind: 'forward',
    line,
    from: absoluteName(from ?? '.'),
    to,
    except: (optionNamed(block, 'except')?.words.slice(1) ?? []).map(absoluteName),
  } as const
  return { plugins: [plugin], troubles }
}

/** Plugins whose options we understand. */
export const pluginReaders: ReadonlyMap<string, PluginReader> = new Map(
  Object.entries({ kubernetes, hosts, rewrite, template, forward }),
)
