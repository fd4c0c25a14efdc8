import { addresses } from './addresses.ts'
import { type Machine, onNetworkOf } from './machine.ts'
import { run } from './run.ts'

/** The host's end of the cable to the switch. */
export const hostInterface = 'netdoctor-test'

/**
 * Turns a machine into the switch that joins all others: a bridge whose other side leads nowhere, with the addresses of the
 * image registry and of a small internet. The host gets a cable to it that lets it open connections to the nodes, while
 * nothing in the cluster can open one to the host.
 */
export async function makeSwitch(machine: Machine): Promise<void> {
  const ip = (...args: string[]) => onNetworkOf(machine, ['ip', ...args])
  await ip('link', 'add', 'br0', 'type', 'bridge')
  await ip('addr', 'add', `${addresses.gateway}/${addresses.nodePrefixLength}`, 'dev', 'br0')
  await ip('addr', 'add', `${addresses.internetDns}/32`, 'dev', 'lo')
  await ip('addr', 'add', `${addresses.internetWeb}/32`, 'dev', 'lo')
  await ip('link', 'set', 'br0', 'up')
  await onNetworkOf(machine, [
    'sysctl',
    '-qw',
    'net.ipv4.ip_forward=0',
    'net.bridge.bridge-nf-call-iptables=0',
  ])

  const peer = ['peer', 'name', 'to-host', 'netns', String(machine.initPid)]
  await run(['ip', 'link', 'add', hostInterface, 'type', 'veth', ...peer])
  await run(['ip', 'addr', 'add', `${addresses.host}/${addresses.nodePrefixLength}`, 'dev', hostInterface])
  await run(['ip', 'link', 'set', hostInterface, 'up'])
  await ip('link', 'set', 'to-host', 'master', 'br0', 'up')
  await onNetworkOf(machine, ['nft', '-f', '-'], guardOfTheHost)
}

/** A bridge has no connection tracking here, so the guard goes by TCP flags. */
const guardOfTheHost = `table bridge guard {
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname "to-host" ether type ip ip saddr ${addresses.host} ip daddr ${addresses.nodeCidr} accept
    iifname "to-host" ether type arp accept
    iifname "to-host" drop
    oifname "to-host" ether type arp accept
    oifname "to-host" ip saddr ${addresses.nodeCidr} ip daddr ${addresses.host} tcp flags & (syn | ack) != syn accept
    oifname "to-host" ip saddr ${addresses.nodeCidr} ip daddr ${addresses.host} icmp type { echo-reply, destination-unreachable } accept
    oifname "to-host" drop
  }
}
`

/** Plugs a machine into the switch and gives it its address. */
export async function plugIn(machine: Machine, switchMachine: Machine, address: string): Promise<void> {
  const ip = (...args: string[]) => onNetworkOf(machine, ['ip', ...args])
  const port = `to-${machine.name}`
  const peer = ['peer', 'name', port, 'netns', String(switchMachine.initPid)]
  await ip('link', 'add', 'eth0', 'type', 'veth', ...peer)
  await onNetworkOf(switchMachine, ['ip', 'link', 'set', port, 'master', 'br0', 'up'])
  await ip('addr', 'add', `${address}/${addresses.nodePrefixLength}`, 'dev', 'eth0')
  await ip('link', 'set', 'eth0', 'up')
  await ip('route', 'add', 'default', 'via', addresses.gateway)
}

/**
 * Makes a machine forward for pods. Only traffic that leaves the pod network gets the node's address: masquerading between
 * nodes would hide from policies who is asking.
 */
export async function routeForPods(machine: Machine): Promise<void> {
  await onNetworkOf(machine, [
    'sysctl',
    '-qw',
    'net.ipv4.ip_forward=1',
    'net.bridge.bridge-nf-call-iptables=1',
  ])
  const leavesThePodNetwork = ['-s', addresses.podCidr, '!', '-d', addresses.podCidr]
  const masquerade = ['-A', 'POSTROUTING', ...leavesThePodNetwork, '-j', 'MASQUERADE']
  await onNetworkOf(machine, ['iptables', '-t', 'nat', ...masquerade])
}

/** Teaches a machine the way to the pods of a node. */
export async function addPodRoute(machine: Machine, podCidr: string, nodeAddress: string): Promise<void> {
  await onNetworkOf(machine, ['ip', 'route', 'replace', podCidr, 'via', nodeAddress])
}
