import type { Inventory } from '../inventory/inventory.ts'

/** What the API leaves to the network plugin. A switch changes a verdict only together with a caveat. */
export interface CniProfile {
  readonly name: string
  /** Whether the plugin enforces NetworkPolicy at all. */
  readonly enforcesPolicies: boolean
  /** Whether `ipBlock` matches the addresses of pods. */
  readonly cidrMatchesPods: boolean
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
}

/** What the API and its conformance tests say; everything else stays undefined. */
export const neutralProfile: CniProfile = {
  name: 'neutral',
  enforcesPolicies: true,
  cidrMatchesPods: true,
  cidrMatchesServiceAddress: false,
  endPortHonoured: true,
  sctpSupported: true,
  policyOnHostNetworkPods: 'undefined',
  hairpinThroughService: 'undefined',
  dropsOpenConnections: 'undefined',
}

/** Plugins whose documentation departs from the neutral table, by the name that `--cni` takes. */
export const cniProfiles: readonly CniProfile[] = [
  neutralProfile,
  { ...neutralProfile, name: 'cilium', cidrMatchesPods: false, policyOnHostNetworkPods: 'no' },
  { ...neutralProfile, name: 'calico', policyOnHostNetworkPods: 'no' },
  { ...neutralProfile, name: 'flannel', enforcesPolicies: false },
]

/** Part of an agent's DaemonSet name, and the profile that it stands for; enforcers before plain networks. */
const agents: readonly (readonly [namePart: string, profile: string])[] = [
  ['cilium', 'cilium'],
  ['calico', 'calico'],
  ['canal', 'calico'],
  ['kube-router', 'neutral'],
  ['antrea-agent', 'neutral'],
  ['weave-net', 'neutral'],
  ['kindnet', 'neutral'],
  ['aws-node', 'neutral'],
  ['kube-network-policies', 'neutral'],
  ['flannel', 'flannel'],
]

/** A guess, and the DaemonSet that it rests on. */
export interface DetectedCni {
  readonly profile: CniProfile
  /** `namespace/name`; absent when none is known, which is then the neutral profile. */
  readonly agent?: string | undefined
}

/** Guesses the plugin from the DaemonSets that were read. Never a proof: the caller names the guess. */
export function detectCni(inventory: Inventory): DetectedCni {
  const sets = inventory.list('DaemonSet').items
  for (const [part, name] of agents) {
    const agent = sets.find(({ metadata }) => metadata.name.includes(part))
    const profile = cniProfiles.find((candidate) => candidate.name === name)
    if (agent !== undefined && profile !== undefined)
      return { profile, agent: `${agent.metadata.namespace ?? ''}/${agent.metadata.name}` }
  }
  return { profile: neutralProfile }
}
