import type { Network } from '../network/network.ts'
import { Policies } from '../network/policy/policies.ts'
import { cniProfiles } from '../network/policy/profile.ts'
import type { PolicyArguments } from './policy-flags.ts'

/** The policies as the network plugin reads them: the one that `--cni` names, else the one whose agent runs. */
export function policiesFor({ cni }: Pick<PolicyArguments, 'cni'>, { inventory }: Network): Policies {
  return new Policies(
    inventory,
    cniProfiles.find(({ name }) => name === cni),
  )
}
