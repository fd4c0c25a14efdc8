import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { WorkloadObject } from '../../snapshot/kinds/workload.ts'
import type { Inventory } from '../inventory/inventory.ts'

/** What the API leaves to the network plugin. A switch changes a verdict only together with a caveat. */
export interface CniProfile {
  readonly name: string
  /** Whether the plugin enforces NetworkPolicy at all. */
  readonly enforcesPolicies: boolean
  /** Whether `ipBlock` matches the addresses of pods. */
  readonly cidrMatchesPods: boolean
  /** Whether `ipBlock` surely matches the addresses of nodes. */
  readonly cidrMatchesNodes: boolean
  /** Whether `ipBlock` is compared with a Service's address, before translation. */
  readonly cidrMatchesServiceAddress: boolean
  readonly endPortHonoured: boolean
  readonly sctpSupported: boolean
  /** Whether policies select host-network pods, and selectors of peers match them. */
  readonly policyOnHostNetworkPods: 'yes' | 'no' | 'undefined'
  /** A pod that reaches itself through a Service. */
  readonly hairpinThroughService: 'policy' | 'allowed' | 'undefined'
  /** Whether a new policy ends connections that are open. */
  readonly dropsOpenConnections: 'yes' | 'no' | 'undefined'
  /** Whose reading of a rule may turn a verdict round: see kube-router.ts. */
  readonly rulesAre: 'as-written' | 'as-kube-router' | 'as-kube-router-with-nftables'
}

/** What the API and its conformance tests say; everything else stays undefined. */
export const neutralProfile: CniProfile = {
  name: 'neutral',
  enforcesPolicies: true,
  cidrMatchesPods: true,
  cidrMatchesNodes: true,
  cidrMatchesServiceAddress: false,
  endPortHonoured: true,
  sctpSupported: true,
  policyOnHostNetworkPods: 'undefined',
  hairpinThroughService: 'undefined',
  dropsOpenConnections: 'undefined',
  rulesAre: 'as-written',
}

/** Plugins by the name that `--cni` takes, with what their documentation says beside the neutral table. */
export const cniProfiles: readonly CniProfile[] = [
  neutralProfile,
  {
    ...neutralProfile,
    name: 'cilium',
    cidrMatchesPods: false,
    cidrMatchesNodes: false,
    policyOnHostNetworkPods: 'no',
  },
  { ...neutralProfile, name: 'calico', policyOnHostNetworkPods: 'no' },
  { ...neutralProfile, name: 'antrea' },
  // Source: kube-router v2.11.1, pkg/controllers/netpol/utils.go (isNetPolActionable).
  {
    ...neutralProfile,
    name: 'kube-router',
    policyOnHostNetworkPods: 'no',
    rulesAre: 'as-kube-router',
  },
  { ...neutralProfile, name: 'kube-network-policies' },
  { ...neutralProfile, name: 'kindnet' },
  { ...neutralProfile, name: 'aws-vpc-cni' },
  { ...neutralProfile, name: 'azure-npm' },
  { ...neutralProfile, name: 'ovn-kubernetes' },
  { ...neutralProfile, name: 'weave-net' },
  { ...neutralProfile, name: 'flannel', enforcesPolicies: false },
]

/** The network plugin that verdicts count on: told by the user, or guessed from a DaemonSet that was read. */
export interface DetectedCni {
  readonly profile: CniProfile
  /** `namespace/name` of the DaemonSet that a guess rests on; absent when nothing is known or the user told it. */
  readonly agent?: string | undefined
  /** The Node whose annotation a guess rests on, where the plugin runs inside k3s. */
  readonly node?: string | undefined
}

interface Agent {
  readonly profile: string
  /** Names of DaemonSets. */
  readonly names: readonly string[]
  /** The image of a container without registry, tag and digest. */
  readonly image?: RegExp
  /** False when this agent is known not to enforce policies as it runs here. */
  readonly enforces?: (containers: readonly Container[]) => boolean
  /** False when this release is known to open only the first port of a range. */
  readonly honoursEndPort?: (containers: readonly Container[]) => boolean
  /** How this agent carries rules out as it runs here. */
  readonly rulesAre?: (containers: readonly Container[]) => CniProfile['rulesAre']
}

/** In this order: who enforces policies beside another plugin (canal, chained Cilium) comes before it. */
const agents: readonly Agent[] = [
  // GKE Dataplane V2 runs Cilium as anetd.
  { profile: 'cilium', names: ['cilium', 'anetd'], image: /\/cilium$/, honoursEndPort: hasCiliumRanges },
  {
    profile: 'calico',
    names: ['calico-node', 'canal', 'rke2-canal'],
    image: /[/-]calico([/-]node)?$|hardened-calico$/,
  },
  { profile: 'antrea', names: ['antrea-agent'], image: /antrea\/antrea(-agent)?(-ubuntu|-ubi)?$/ },
  { profile: 'ovn-kubernetes', names: ['ovnkube-node'] },
  {
    profile: 'kube-router',
    names: ['kube-router'],
    image: /\/kube-router$/,
    enforces: (containers) => !hasArgument(containers, '--run-firewall=false'),
    rulesAre: kubeRouterRules,
  },
  { profile: 'azure-npm', names: ['azure-npm'], image: /azure-npm$/ },
  { profile: 'weave-net', names: ['weave-net'] },
  // Flannel's chart can put it into flannel's own DaemonSet.
  {
    profile: 'kube-network-policies',
    names: ['kube-network-policies'],
    image: /kube-network-policies$/,
  },
  { profile: 'kindnet', names: ['kindnet'], image: /\/kindnetd?$/, enforces: isKindnetEnforcing },
  { profile: 'aws-vpc-cni', names: ['aws-node'], enforces: isAwsEnforcing },
  { profile: 'flannel', names: ['kube-flannel', 'kube-flannel-ds'], image: /\/flannel$/ },
]

/**
 * Guesses the plugin from the DaemonSets that were read, and from nodes of k3s. Never a proof: the caller names the
 * guess. Without a known agent the neutral table holds: others may run theirs inside another process.
 */
export function detectCni(inventory: Inventory): DetectedCni {
  const sets = inventory.list('DaemonSet').items
  for (const { profile: name, names, image, enforces, honoursEndPort, rulesAre } of agents) {
    const found = sets.find((set) => names.includes(set.metadata.name) || hasImage(set, image))
    const profile = cniProfiles.find((candidate) => candidate.name === name)
    if (found === undefined || profile === undefined) continue
    const enforcesPolicies = profile.enforcesPolicies && (enforces?.(containersOf(found)) ?? true)
    const agent = `${found.metadata.namespace ?? ''}/${found.metadata.name}`
    const endPortHonoured = profile.endPortHonoured && (honoursEndPort?.(containersOf(found)) ?? true)
    const rules = rulesAre?.(containersOf(found)) ?? profile.rulesAre
    return { profile: { ...profile, enforcesPolicies, endPortHonoured, rulesAre: rules }, agent }
  }
  return insideK3s(inventory) ?? { profile: neutralProfile }
}

/**
 * k3s runs kube-router's network policies inside its own process, unless a server was told not to. It writes its
 * arguments to its nodes. Source: k3s, pkg/agent/netpol and pkg/nodeconfig.
 */
function insideK3s(inventory: Inventory): DetectedCni | undefined {
  const key = 'k3s.io/node-args'
  const nodes = inventory.list('Node').items
  const own = nodes.filter(({ metadata }) => Object.hasOwn(metadata.annotations, key))
  const first = own.find(({ metadata }) => metadata.annotations[key]?.includes('"server"')) ?? own[0]
  const profile = cniProfiles.find(({ name }) => name === 'kube-router')
  const isSwitchedOff = own.some(({ metadata }) =>
    /"--disable-network-policy(=true)?"/.test(metadata.annotations[key] ?? ''),
  )
  if (first === undefined || profile === undefined || isSwitchedOff) return undefined
  return { profile, node: first.metadata.name }
}

/** From kube-router v2.11, and only when it is asked for. Source: kube-router, docs/nftables.md. */
function kubeRouterRules(containers: readonly Container[]): CniProfile['rulesAre'] {
  const isAsked = ['--use-nftables-for-netpol', '--use-nftables-for-netpol=true'].some((argument) =>
    hasArgument(containers, argument),
  )
  return isAsked ? 'as-kube-router-with-nftables' : 'as-kube-router'
}

function hasArgument(containers: readonly Container[], argument: string): boolean {
  return containers.some(({ command = [], args = [] }) => [...command, ...args].includes(argument))
}

function containersOf({ spec }: WorkloadObject): readonly Container[] {
  return spec.template?.spec.containers ?? []
}

function hasImage(set: WorkloadObject, image: RegExp | undefined): boolean {
  return image !== undefined && containersOf(set).some((container) => image.test(imageName(container)))
}

function imageName({ image = '' }: Container): string {
  return `/${image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')}`
}

/** From Cilium 1.16 (July 2024); before, endPort was accepted and left out. Source: cilium issues 16622 and 28684. */
function hasCiliumRanges(containers: readonly Container[]): boolean {
  const versions = containers.flatMap(({ image = '' }) => {
    const [, major, minor] = /\/cilium:v?(\d+)\.(\d+)/.exec(image) ?? []
    return major === undefined || minor === undefined ? [] : [Number(major) * 1000 + Number(minor)]
  })
  return versions.every((version) => version >= 1016)
}

/** From kind v0.24.0 (August 2024); the tag is a date: `v20240813-c6f155d6`. Other tags are of newer builds. */
function isKindnetEnforcing(containers: readonly Container[]): boolean {
  const dates = containers.flatMap(({ image = '' }) => /:v(\d{8})-[0-9a-f]+$/.exec(image)?.[1] ?? [])
  return dates.every((date) => date >= '20240700')
}

/** Only with the agent's container, which is there since v1.14, and only when it is switched on. */
function isAwsEnforcing(containers: readonly Container[]): boolean {
  const agent = containers.find(
    (container) =>
      container.name === 'aws-eks-nodeagent' || imageName(container).endsWith('/aws-network-policy-agent'),
  )
  if (agent === undefined) return false
  return !hasArgument([agent], '--enable-network-policy=false')
}
