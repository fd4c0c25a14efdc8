import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { ClusterError } from './errors.ts'
import { writeWhole } from './files.ts'
import { sourceFingerprint } from './fingerprint.ts'
import { runPaths } from './paths.ts'

/** What a cluster can be started with. */
export interface ClusterOptions {
  /** kube-proxy's mode. */
  readonly proxy: 'nftables' | 'iptables'
  /** How the NetworkPolicy enforcer refuses: silently, as most do, or with "connection refused". */
  readonly deny: 'drop' | 'reject'
  readonly withTraefik: boolean
}

const usage = 'usage: cluster:up -- [--with traefik] [--proxy nftables|iptables] [--deny drop|reject]'

/** Reads the command line; throws a ClusterError with the usage. */
export function parseOptions(args: readonly string[]): ClusterOptions {
  const { values } = parse(args)
  return {
    proxy: oneOf('--proxy', values.proxy, ['nftables', 'iptables']),
    deny: oneOf('--deny', values.deny, ['drop', 'reject']),
    withTraefik: values.with.map((addOn) => oneOf('--with', addOn, ['traefik'])).length > 0,
  }
}

/** What the running cluster was started with, and from which sources of this folder. */
export interface SavedOptions extends ClusterOptions {
  readonly source: string
}

/** The options of the running cluster; undefined until its boot is complete. */
export async function savedOptions(): Promise<SavedOptions | undefined> {
  const content = await readFile(runPaths.options, 'utf8').catch(() => undefined)
  return content === undefined ? undefined : (JSON.parse(content) as SavedOptions)
}

/** Keeps the options beside the running cluster. */
export async function saveOptions(options: ClusterOptions): Promise<void> {
  const saved: SavedOptions = { ...options, source: await sourceFingerprint() }
  await writeWhole(runPaths.options, JSON.stringify(saved))
}

/** The options as they are typed. */
export function describeOptions({ proxy, deny, withTraefik }: ClusterOptions): string {
  return `--proxy ${proxy} --deny ${deny}${withTraefik ? ' --with traefik' : ''}`
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        proxy: { type: 'string', default: 'nftables' },
        deny: { type: 'string', default: 'drop' },
        with: { type: 'string', multiple: true, default: [] },
      },
    })
  } catch (error) {
    throw new ClusterError(`${error instanceof Error ? error.message : error}\n${usage}`)
  }
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value)
  if (found === undefined)
    throw new ClusterError(`${flag} ${value}: expected ${allowed.join(' or ')}\n${usage}`)
  return found
}
