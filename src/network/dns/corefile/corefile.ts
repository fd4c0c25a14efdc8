import type { Corefile, CorefileServer, CorefileTrouble, OpaquePlugin, Plugin } from './model.ts'
import { type Directive, type ParseOptions, parseCorefile, type ServerBlock } from './parse.ts'
import { pluginReaders } from './plugin-readers.ts'
import { foreignBackends, isKnownPlugin, pluginOrder, transparentPlugins } from './plugins.ts'
import { absoluteName, addressOf, type ZoneName } from './zones.ts'

/**
 * Reads a Corefile as CoreDNS would: which plugins answer for which zones, in the order in which a query passes them, and
 * what makes CoreDNS refuse it. Never throws.
 *
 * @param text the key `Corefile` of CoreDNS's ConfigMap
 */
export function readCorefile(text: string, options: ParseOptions = {}): Corefile {
  const { blocks, error, unknownImports } = parseCorefile(text, options)
  const servers = blocks.map((block) => serverOf(block))
  const troubles: CorefileTrouble[] = [
    ...servers.flatMap(({ troubles: own }) => own),
    ...sharedAddresses(servers.map(({ server }) => server)),
    // CoreDNS reads the whole file before it looks into any plugin, but for unknown names.
    ...(error === undefined ? [] : [{ ...error, sort: 'grammar' as const }]),
  ]
  return { servers: servers.map(({ server }) => server), troubles, unknownImports }
}

const position = new Map(pluginOrder.map((name, index) => [name, index]))

function serverOf(block: ServerBlock): {
  readonly server: CorefileServer
  readonly troubles: readonly CorefileTrouble[]
} {
  const addresses = block.keys.map(addressOf)
  const zones = [...new Set(addresses.map(({ zone }) => zone))]
  const troubles: CorefileTrouble[] = []
  const found: { readonly plugin: Plugin; readonly at: number }[] = []
  for (const directive of block.directives) {
    const [name = ''] = directive.words
    const { line, file } = directive
    if (!isKnownPlugin(name)) {
      troubles.push({ line, file, sort: 'plugin', message: `unknown plugin: ${name}` })
      continue
    }
    const at = position.get(name) ?? 0
    const read = pluginReaders.get(name)?.(directive, zones)
    for (const trouble of read?.troubles ?? []) troubles.push({ ...trouble, file, sort: 'setup' })
    for (const plugin of read?.plugins ?? []) found.push({ plugin, at })
    const opaque = read === undefined ? opaqueOf(name, directive, zones) : undefined
    if (opaque !== undefined) found.push({ plugin: opaque, at })
  }
  troubles.push(...usedTwice(block))
  // A stable sort: plugins of one name stay in the order of the file.
  const plugins = found.sort((a, b) => a.at - b.at).map(({ plugin }) => plugin)
  const { line, file, directives } = block
  return { server: { addresses, line, file, plugins, directives }, troubles }
}

/** Plugins that may stand only once in a server block. */
const onceOnly: ReadonlySet<string> = new Set([
  'kubernetes',
  'hosts',
  'cache',
  'loop',
  'reload',
  'health',
  'ready',
])

function usedTwice({ directives }: ServerBlock): readonly CorefileTrouble[] {
  const seen = new Set<string>()
  return directives.flatMap(({ words: [name = ''], line, file }): readonly CorefileTrouble[] => {
    const isSecond = seen.has(name) && onceOnly.has(name)
    seen.add(name)
    return isSecond
      ? [{ line, file, sort: 'setup', message: `${name} can only be used once in a server block` }]
      : []
  })
}

/** Plugins that limit who gets an answer. */
const limiting: ReadonlySet<string> = new Set(['acl', 'view', 'tsig'])

function opaqueOf(
  name: string,
  { line, words }: Directive,
  serverZones: readonly ZoneName[],
): OpaquePlugin | undefined {
  if (transparentPlugins.has(name)) return undefined
  if (!foreignBackends.has(name) && !limiting.has(name)) return undefined
  const own = zonesIn(name, words.slice(1))
  return { kind: 'opaque', name, line, zones: own.length > 0 ? own : serverZones }
}

/** Zones among a plugin's arguments, where they are sure to be zones. */
function zonesIn(name: string, words: readonly string[]): readonly ZoneName[] {
  if (name === 'file') return words.slice(1).map(absoluteName)
  const takesZones = ['k8s_external', 'secondary', 'auto', 'etcd', 'grpc', 'nomad']
  return takesZones.includes(name) ? words.slice(0, name === 'grpc' ? 1 : undefined).map(absoluteName) : []
}

/** Two server blocks for one zone and port: CoreDNS refuses the file. A `view` makes two of them right. */
function sharedAddresses(servers: readonly CorefileServer[]): readonly CorefileTrouble[] {
  const seen = new Map<string, CorefileServer>()
  return servers.flatMap((server) => {
    const isChosenByView = server.directives.some(({ words }) => words[0] === 'view' || words[0] === 'bind')
    return server.addresses.flatMap(({ zone, port, transport }): readonly CorefileTrouble[] => {
      const key = `${transport}://${zone}:${port}`
      const first = seen.get(key)
      if (isChosenByView) return []
      seen.set(key, server)
      if (first === undefined) return []
      const { line, file } = server
      return [
        {
          line,
          file,
          sort: 'setup',
          message: `${zone}:${port} is served twice, first in line ${first.line}`,
        },
      ]
    })
  })
}
