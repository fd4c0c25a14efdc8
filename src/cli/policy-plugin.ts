import { Network } from '../network/network.ts'
import { Policies } from '../network/policy/policies.ts'
import { type CniProfile, cniProfiles } from '../network/policy/profile.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { PolicyArguments } from './policy-flags.ts'

type Told = Pick<PolicyArguments, 'cni'>

function profileOf({ cni }: Told): CniProfile | undefined {
  return cniProfiles.find(({ name }) => name === cni)
}

/** The model of a cluster whose network plugin is the one that `--cni` names: findings and fixes count on it too. */
export function networkOf(args: Told, snapshot: Snapshot): Network {
  return Network.of(snapshot, profileOf(args))
}

/** The policies as the network plugin reads them: the one that `--cni` names, else the one whose agent runs. */
export function policiesFor(args: Told, { inventory }: Network): Policies {
  return new Policies(inventory, profileOf(args))
}
