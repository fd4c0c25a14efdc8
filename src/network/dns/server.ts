import { parseAddress } from '../inventory/address.ts'
import { regularExpression } from '../regular-expression.ts'
import { type Answer, answer, type RecordType } from './answer.ts'
import { type ClusterDns, clusterDns, type DnsParts } from './cluster-dns.ts'
import type {
  CorefileServer,
  ForwardPlugin,
  HostsPlugin,
  Plugin,
  RewriteRule,
  TemplatePlugin,
} from './corefile/model.ts'
import { absoluteName, isIn, type ZoneName, zoneFor } from './corefile/zones.ts'
import { kubernetesAnswer } from './kubernetes.ts'
import { fillTemplate } from './template-text.ts'

/** CoreDNS follows no more CNAME records than this. Source: plugin/backend_lookup.go. */
const mostAliases = 8

interface Question {
  readonly name: ZoneName
  readonly type: RecordType
  /** CNAME records that led here. */
  readonly aliases: readonly ZoneName[]
}

/**
 * What the cluster's DNS answers to one question: its Corefile, plugin by plugin, and the objects. What lies outside of both
 * is `external` or `unknown`.
 *
 * @param name absolute
 */
export function clusterAnswer(name: ZoneName, type: RecordType, parts: DnsParts): Answer {
  return ask({ name: name.toLowerCase(), type, aliases: [] }, clusterDns(parts), parts)
}

function ask(question: Question, dns: ClusterDns, parts: DnsParts): Answer {
  const server = serverFor(question.name, dns.servers)
  // Nobody serves the zone, not even the root: REFUSED, which resolvers take as they take SERVFAIL.
  if (server === undefined) return answer('servfail', { why: 'nobody-answers' })
  return chain(question, server, dns, parts)
}

/** The server block of the longest zone that the name lies in. */
export function serverFor(name: ZoneName, servers: readonly CorefileServer[]): CorefileServer | undefined {
  const candidates = servers.filter(({ addresses }) => addresses.some(({ transport }) => transport === 'dns'))
  const zone = zoneFor(
    name,
    candidates.flatMap(({ addresses }) => addresses.map((address) => address.zone)),
  )
  return candidates.find(({ addresses }) => addresses.some((address) => address.zone === zone))
}

function chain(asked: Question, server: CorefileServer, dns: ClusterDns, parts: DnsParts): Answer {
  let question = asked
  const rewrites: Answer['rewrites'][number][] = []
  let isRewriting = true
  for (const plugin of server.plugins) {
    if (plugin.kind === 'rewrite') {
      if (!isRewriting) continue
      const step = rewritten(plugin, question.name)
      if (step === 'unknown') return answer('unknown', { by: by(plugin), rewrites })
      if (step === undefined) continue
      rewrites.push({ line: plugin.line, from: question.name, to: step })
      question = { ...question, name: step }
      isRewriting = plugin.goesOn
      continue
    }
    const given = pass(plugin, question, dns, parts)
    if (given !== undefined)
      return { ...given, by: given.by ?? by(plugin), rewrites: [...rewrites, ...given.rewrites] }
  }
  return answer('servfail', { why: 'nobody-answers', rewrites })
}

const by = (plugin: Plugin): Answer['by'] => ({
  plugin: plugin.kind === 'opaque' ? plugin.name : plugin.kind,
  line: plugin.line,
})

/** The answer of one plugin; `undefined` when it passes the question on. */
function pass(
  plugin: Exclude<Plugin, RewriteRule>,
  question: Question,
  dns: ClusterDns,
  parts: DnsParts,
): Answer | undefined {
  const { name, type } = question
  switch (plugin.kind) {
    case 'template':
      return ofTemplate(plugin, question, dns, parts)
    case 'hosts':
      return ofHosts(plugin, question, dns, parts)
    case 'kubernetes': {
      const zone = zoneFor(name, plugin.zones)
      if (zone === undefined) return undefined
      const given = kubernetesAnswer(name, type, zone, plugin, parts)
      if (given.is === 'redirect')
        return follow(given.target, question, zone, dns, parts, { service: given.service, by: by(plugin) })
      const isPassedOn = given.is === 'nxdomain' && plugin.fallthrough.some((item) => isIn(name, item))
      return isPassedOn ? undefined : given
    }
    case 'forward':
      return ofForward(plugin, name)
    case 'opaque':
      return zoneFor(name, plugin.zones) === undefined ? undefined : answer('unknown')
  }
}

/** What comes of a CNAME record. */
function follow(
  target: ZoneName,
  question: Question,
  zone: ZoneName,
  dns: ClusterDns,
  parts: DnsParts,
  from: Partial<Answer>,
): Answer {
  const aliases = [...question.aliases, target]
  const isCycle = target === question.name || question.aliases.includes(target)
  // CoreDNS answers without records then: the name exists, and has no address.
  if (isCycle || question.aliases.length >= mostAliases)
    return answer('nodata', { ...from, aliases, why: 'external-name-cycle' })
  const next = { name: target, type: question.type, aliases }
  const given = ask(next, dns, parts)
  // Outside of the cluster a name of one label means nothing either.
  const isShort = given.is === 'external' && target.split('.').length === 2
  if (isShort) return answer('nodata', { ...from, aliases, why: 'external-name-dead' })
  const isOwnZone = isIn(target, zone)
  if (isOwnZone && (given.is === 'nxdomain' || given.is === 'nodata'))
    return answer('nodata', {
      ...from,
      aliases: given.aliases.length > 0 ? given.aliases : aliases,
      why: given.why === 'external-name-cycle' ? given.why : 'external-name-dead',
    })
  return {
    ...given,
    aliases: given.aliases.length > 0 ? given.aliases : aliases,
    by: from.by ?? given.by,
    service: given.service ?? from.service,
  }
}

function rewritten({ name: rule, isOpaque }: RewriteRule, name: ZoneName): ZoneName | 'unknown' | undefined {
  if (isOpaque) return 'unknown'
  if (rule === undefined) return undefined
  const { match, from, to } = rule
  const done = (text: string): ZoneName => absoluteName(text)
  switch (match) {
    case 'exact':
      return name === from ? done(to) : undefined
    case 'prefix':
      return name.startsWith(from) ? done(to + name.slice(from.length)) : undefined
    case 'suffix':
      return name.endsWith(from) ? done(name.slice(0, -from.length) + to) : undefined
    case 'substring':
      return name.includes(from) ? done(name.replaceAll(from, () => to)) : undefined
    case 'regex': {
      const pattern = regularExpression(from)
      if (pattern === undefined) return 'unknown'
      const groups = pattern.match(name)
      if (groups === undefined) return undefined
      return done(
        groups.reduce(
          (text, group, index) => (index === 0 ? text : text.replaceAll(`{${index}}`, () => group)),
          to,
        ),
      )
    }
  }
}

function ofTemplate(
  plugin: TemplatePlugin,
  question: Question,
  dns: ClusterDns,
  parts: DnsParts,
): Answer | undefined {
  const zone = zoneFor(question.name, plugin.zones)
  if (zone === undefined || (plugin.type !== 'ANY' && plugin.type !== question.type)) return undefined
  const sources = plugin.matches.length > 0 ? plugin.matches : ['.*']
  for (const source of sources) {
    const pattern = regularExpression(source)
    if (pattern === undefined) return answer('unknown')
    const groups = pattern.match(question.name)
    if (groups !== undefined)
      return templateAnswer(plugin, { zone, groups, names: pattern.groups }, question, dns, parts)
  }
  const isPassedOn = plugin.fallthrough.some((item) => isIn(question.name, item))
  return isPassedOn ? undefined : answer('servfail', { why: 'by-configuration' })
}

function templateAnswer(
  { rcode, answers }: TemplatePlugin,
  match: { readonly zone: ZoneName; readonly groups: readonly string[]; readonly names: readonly string[] },
  question: Question,
  dns: ClusterDns,
  parts: DnsParts,
): Answer {
  const why = 'by-configuration'
  if (rcode === 'NXDOMAIN') return answer('nxdomain', { why })
  if (rcode !== 'NOERROR') return answer('servfail', { why })
  const records = answers.map((text) =>
    fillTemplate(text, { ...match, name: question.name, type: question.type }),
  )
  if (records.some((record) => record === undefined)) return answer('unknown')
  const fields = records.map((record) => (record ?? '').trim().split(/\s+/))
  const addresses = fields.flatMap((record) => {
    const at = record.indexOf(question.type)
    const address = record[at + 1]
    return at === -1 || address === undefined || parseAddress(address) === undefined ? [] : [address]
  })
  if (addresses.length > 0) return answer('found', { addresses, why })
  const alias = fields.find((record) => record.includes('CNAME'))?.at(-1)
  if (alias !== undefined) return follow(absoluteName(alias), question, match.zone, dns, parts, { why })
  return answer('nodata', { why })
}

function ofHosts(
  { zones, file, entries, fallthrough }: HostsPlugin,
  { name, type }: Question,
  dns: ClusterDns,
  parts: DnsParts,
): Answer | undefined {
  if (zoneFor(name, zones) === undefined) return undefined
  const all = [...entries, ...fileEntries(file, dns, parts)].filter(({ names }) => names.includes(name))
  const addresses = all
    .map(({ address }) => address)
    .filter((address) => address.includes(':') === (type === 'AAAA'))
  const [first] = all
  if (first !== undefined) {
    const line = first.line > 0 ? { by: { plugin: 'hosts', line: first.line } } : {}
    return addresses.length > 0 && type !== 'SRV'
      ? answer('found', { addresses, ...line })
      : answer('nodata', { ...line })
  }
  if (fallthrough.some((zone) => isIn(name, zone))) return undefined
  return answer('servfail', { why: 'by-configuration' })
}

/** Lines of a hosts file that stands in the ConfigMap beside the Corefile, as k3s has it. */
function fileEntries(
  file: string,
  { configMap }: ClusterDns,
  _parts: DnsParts,
): readonly { readonly address: string; readonly names: readonly ZoneName[]; readonly line: number }[] {
  const text = configMap?.data[file.slice(file.lastIndexOf('/') + 1)]
  if (text === undefined) return []
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/)
    return parseAddress(address) === undefined ? [] : [{ address, names: names.map(absoluteName), line: 0 }]
  })
}

function ofForward({ from, except, to }: ForwardPlugin, name: ZoneName): Answer | undefined {
  if (!isIn(name, from) || except.some((zone) => isIn(name, zone))) return undefined
  return answer('external', { upstream: to })
}
