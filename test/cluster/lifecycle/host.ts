import { existsSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { runDir } from '../harness/paths.ts'
import { runningProcesses } from '../harness/pids.ts'
import { run } from '../harness/run.ts'

/** Everything of this computer that a cluster could leave behind or change. Two of them are equal where nothing was. */
export interface Host {
  /** Command lines of processes that work for the cluster: in its namespaces, in its cgroups, or with its files. */
  readonly processes: readonly string[]
  /** Namespaces that are not this process's own: `net:[4026532]`. */
  readonly namespaces: readonly string[]
  readonly mounts: string
  /** Interfaces, addresses, routes and policy rules. */
  readonly network: string
  /** Of iptables, ip6tables and nftables, and the names of IP sets. */
  readonly packetFilters: string
  readonly cgroups: readonly string[]
  readonly sysctls: readonly string[]
  /** What stands in the folders where Kubernetes, containerd and CNI plugins keep things by default. */
  readonly systemFolders: readonly string[]
}

/** Looks at this computer; throws where a part of it cannot be seen. */
export async function lookAtHost(): Promise<Host> {
  return {
    processes: await clusterProcesses(),
    namespaces: await otherNamespaces(),
    mounts: await readFile('/proc/self/mounts', 'utf8'),
    network: await printed(
      ['ip', '-brief', 'address'],
      ['ip', 'route', 'show', 'table', 'all'],
      ['ip', 'rule'],
      ['ip', 'netns'],
    ),
    packetFilters: withoutCounters(
      await printed(
        ['iptables-save'],
        ['ip6tables-save'],
        ['nft', 'list', 'ruleset'],
        ['ipset', 'list', '-n'],
      ),
    ),
    cgroups: await clusterCgroups(),
    sysctls: await steadySysctls(),
    systemFolders: await namesInSystemFolders(),
  }
}

async function printed(...commands: readonly (readonly string[])[]): Promise<string> {
  return (await Promise.all(commands.map((argv) => run(argv)))).join('')
}

const withoutCounters = (rules: string): string => rules.replaceAll(/^#.*\n|\[\d+:\d+\]/gm, '')

async function clusterProcesses(): Promise<string[]> {
  const found: string[] = []
  for (const { pid, argv } of await runningProcesses()) {
    const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
    const isApart = (await namespacesOf(pid)).some((namespace) => namespace.startsWith('pid:'))
    if (isApart || cgroup.includes('netdoctor-test') || argv.some((argument) => argument.includes(runDir)))
      found.push(argv.join(' '))
  }
  return found.sort()
}

async function otherNamespaces(): Promise<string[]> {
  const found = await Promise.all((await runningProcesses()).map(({ pid }) => namespacesOf(pid)))
  return [...new Set(found.flat())].sort()
}

const namespaceTypes = ['net', 'mnt', 'pid', 'uts', 'ipc']

/** The namespaces of a process that differ from those of this one; kernel threads have a mount namespace of their own. */
async function namespacesOf(pid: number): Promise<string[]> {
  const read = (of: string | number, type: string) => readlink(`/proc/${of}/ns/${type}`).catch(() => '')
  const found: string[] = []
  for (const type of namespaceTypes) {
    const namespace = await read(pid, type)
    if (namespace !== '' && namespace !== (await read('self', type))) found.push(namespace)
  }
  return found
}

async function clusterCgroups(): Promise<string[]> {
  const mountPoint = '/sys/fs/cgroup'
  const entries = await readdir(mountPoint, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && /netdoctor-test|kube|containerd/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Counters and random numbers, which change by themselves. */
const unsteady =
  /^(fs\.(dentry-state|file-nr|inode-|quota\.)|kernel\.(ns_last_pid|random\.|pty\.nr)|.*\.nf_conntrack_count)/

async function steadySysctls(): Promise<string[]> {
  const lines = (await run(['sysctl', '--all', '--ignore'])).split('\n')
  return lines.filter((line) => line !== '' && !unsteady.test(line)).sort()
}

const systemFolders = ['/etc', '/etc/cni', '/opt', '/opt/cni', '/run', '/var/lib', '/var/lib/cni', '/var/log']

async function namesInSystemFolders(): Promise<string[]> {
  const names = systemFolders
    .filter((folder) => existsSync(folder))
    .map(async (folder) => (await readdir(folder)).map((name) => join(folder, name)))
  return (await Promise.all(names)).flat().sort()
}
