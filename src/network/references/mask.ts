import { maskObject, type ObjectName, type ValueMasks } from '../../snapshot/mask-objects.ts'
import { masked, maskUserinfo } from '../../snapshot/mask-text.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { type KeptTexts, keptTexts } from './mask-kept.ts'
import { maskWritten } from './mask-written.ts'

/**
 * The snapshot as it may leave the machine: of env values, command, args and ConfigMaps only the addresses that
 * workloads dial survive, and what else the model reads (Corefiles, ports, switches, the programs of a shell script).
 * Everything else in these texts is `***`; all other texts lose what looks like a password. The masked snapshot gives
 * the same dials (host, port, protocol, field), and so the same diagnosis.
 */
export function maskSnapshot(snapshot: Snapshot): Snapshot {
  const masks = masksFor(keptTexts(snapshot))
  const { server, coverage, observations } = snapshot
  return {
    ...snapshot,
    server: { ...server, source: maskUserinfo(server.source) },
    objects: snapshot.objects.flatMap((object) => maskObject(object, masks)),
    coverage: {
      ...coverage,
      gaps: coverage.gaps.map((gap) =>
        gap.detail === undefined ? gap : { ...gap, detail: maskUserinfo(gap.detail) },
      ),
    },
    observations: observations.map((observation) => ({
      ...observation,
      result: Object.fromEntries(
        Object.entries(observation.result).map(([key, value]) => [
          key,
          typeof value === 'string' ? maskUserinfo(value) : value,
        ]),
      ),
    })),
  }
}

/** Flags of Ingress controllers that the model reads: classes, namespaces, switches, ports. None holds a password. */
const controllerFlag =
  /^--(?:providers\.kubernetes(?:ingress|ingressnginx|gateway)(?:\.(?:ingressclass|controllerclass|ingressclassbyname|watch\w+|namespaces|allow\w+|strict\w+|nativelbbydefault|proxy(?:connecttimeout|nextupstreamtries)))?|controller-class|ingress-class|ingress-class-by-name|watch-ingress-without-class|watch-namespace|configmap|entrypoints\.[\w-]+\.(?:address|http\.tls|http\.redirections\.entrypoint\.to))(?:=[\w./:,$()-]*)?$/i

const isControllerFlag = (word: string): boolean => controllerFlag.test(word)

function masksFor(kept: KeptTexts): ValueMasks {
  const written = (text: string, isFile: boolean): string =>
    maskWritten(text, { ...kept, spans: kept.spans.get(text) ?? [] }, isFile)
  const isRead = (text: string): boolean => kept.spans.has(text) || holdsPort(text, kept.ports)
  return {
    env: (value, name) => {
      if (isSwitch(value) || isNoProxy(name)) return value
      // A value with references, or that others refer to, may be one half of an address.
      const isHalf = value.includes('$(') || kept.referenced.has(name)
      return isHalf || isRead(value) ? written(value, isHalf || value.includes('\n')) : masked
    },
    words: (words, field) =>
      words.map((word, index) =>
        isControllerFlag(word) || (field === 'command' && index === 0 && isProgram(word))
          ? word
          : written(word, false),
      ),
    file: (key, text, configMap) => {
      if (isCorefile(key, configMap)) return maskCorefile(text)
      if (isSwitch(text) || isNoProxy(key)) return text
      const isScript = key.endsWith('.sh') || text.startsWith('#!')
      return isScript || kept.spans.has(text) || kept.referenced.has(key)
        ? written(text, key.includes('.') || text.includes('\n'))
        : masked
    },
  }
}

/** Values that switch a feature on or off: the scanner, and the rule about kube-proxy's replacement, look at them. */
function isSwitch(text: string): boolean {
  return /^\s*(?:true|false|yes|no|on|off|enabled|disabled|[01ynft]|strict|partial)\s*$/i.test(text)
}

/** Hosts that are asked without a proxy; a URL with a password is none. */
function isNoProxy(name: string): boolean {
  return /^no_proxy$/i.test(name)
}

/** What is run: two pods with the same image differ by it. */
function isProgram(word: string): boolean {
  return /^(?:\.{0,2}\/)[\w./-]{1,100}$|^[a-z][a-z0-9_-]{0,30}$/.test(word)
}

function holdsPort(text: string, ports: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(/(?<![\w.])[0-9]{1,5}(?![\w.])/g)) if (ports.has(word)) return true
  return false
}

/** CoreDNS's own configuration and its imports, NodeLocal DNSCache's too. */
function isCorefile(key: string, { name, namespace }: ObjectName): boolean {
  if (namespace !== 'kube-system') return false
  return name.startsWith('coredns') || name.startsWith('node-local-dns') || key === 'Corefile'
}

/** Directives of CoreDNS plugins that hold credentials: route53, etcd, azure, clouddns, and keys of tsig and dnssec. */
const credentialLine =
  /^([ \t]*(?:aws_access_key|credentials|[\w-]*(?:secret|token|password|passwd)[\w-]*)[ \t]+).*$/gim

function maskCorefile(text: string): string {
  return maskUserinfo(text.replace(credentialLine, `$1${masked}`))
}
