import { existsSync } from 'node:fs'
import { addresses } from './addresses.ts'
import { ClusterError } from './errors.ts'
import { hostInterface } from './network.ts'
import { programPackages } from './packages.ts'
import { attempt } from './run.ts'

/** What the kernel must allow: a command that is run in new, throw-away namespaces. */
const kernelFeatures: Readonly<Record<string, string>> = {
  'network, mount, UTS and PID namespaces': 'true',
  'bridge interfaces': 'ip link add br0 type bridge',
  'veth interfaces': 'ip link add a0 type veth peer name a1',
  nftables: 'nft add table bridge guard && nft add table ip test',
  'iptables (nat, MASQUERADE)': 'iptables -t nat -A POSTROUTING -j MASQUERADE',
  'ip sets': 'ipset create test hash:ip',
  'iptables on bridges (br_netfilter)': 'test -e /proc/sys/net/bridge/bridge-nf-call-iptables',
  'a sysfs of its own': 'mount -t sysfs sysfs /sys',
  overlayfs:
    'd=$(mktemp -d) && mount -t tmpfs tmpfs $d && mkdir $d/l $d/u $d/w $d/m && mount -t overlay overlay -o lowerdir=$d/l,upperdir=$d/u,workdir=$d/w $d/m; r=$?; umount -R $d; rmdir $d; exit $r',
  'cgroups under /sys/fs/cgroup': 'ls /sys/fs/cgroup/cgroup.controllers || ls -d /sys/fs/cgroup/memory',
}

const alternative =
  'set NETDOCTOR_TEST_KUBECONFIG to test against another disposable cluster (kind and the like) instead'

/**
 * Throws a ClusterError that names everything this machine lacks for the test cluster: root, programs (with their Debian
 * packages), kernel features. Changes nothing.
 */
export async function checkMachine(): Promise<void> {
  checkUser()
  const lacking = [...(await missingPrograms()), ...(await missingFeatures()), ...(await takenNetwork())]
  if (lacking.length > 0) {
    throw new ClusterError(
      `this machine lacks\n${lacking.map((line) => `  ${line}`).join('\n')}\n${alternative}`,
    )
  }
}

/** Throws a ClusterError where the operating system or the user is another one than root on Linux. */
export function checkUser(): void {
  if (process.platform !== 'linux')
    throw new ClusterError(`needs Linux, this is ${process.platform}; ${alternative}`)
  if (process.getuid?.() !== 0)
    throw new ClusterError(`needs root (namespaces, cgroups and mounts); ${alternative}`)
}

async function missingPrograms(): Promise<string[]> {
  const missing: string[] = []
  for (const [program, debianPackage] of Object.entries(programPackages)) {
    const { exitCode } = await attempt(['sh', '-c', `command -v ${program}`])
    if (exitCode !== 0) missing.push(`the program ${program}: apt-get install ${debianPackage}`)
  }
  if ((await attempt(['sh', '-c', 'command -v go'])).exitCode !== 0)
    missing.push('the program go: install Go 1.26 or newer')
  if (!existsSync('/usr/lib/cni/bridge'))
    missing.push('CNI plugins: apt-get install containernetworking-plugins')
  return missing
}

/** The host must not know another way to the addresses of the cluster. */
async function takenNetwork(): Promise<string[]> {
  const { stdout } = await attempt(['ip', '-4', 'route', 'show', 'table', 'all', 'root', addresses.nodeCidr])
  const routes = stdout
    .split('\n')
    .filter((route) => route !== '' && !route.includes(`dev ${hostInterface} `))
  return routes.map(
    (route) => `a free network ${addresses.nodeCidr}: this host has the route ${route.trim()}`,
  )
}

async function missingFeatures(): Promise<string[]> {
  const unshare = ['unshare', '--net', '--mount', '--uts', '--pid', '--fork', '--kill-child']
  const missing: string[] = []
  for (const [feature, probe] of Object.entries(kernelFeatures)) {
    const { exitCode, stderr } = await attempt([...unshare, '--', 'sh', '-c', probe])
    if (exitCode !== 0) missing.push(`the kernel feature ${feature}: ${stderr.trim().split('\n')[0] ?? ''}`)
  }
  return missing
}
