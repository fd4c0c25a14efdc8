import { generationOf } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say } from '../text.ts'

export default defineRule({
  id: 'policy/two-admin-generations',
  title: 'Cluster-wide policies of two generations',
  subject: 'ClusterPolicy',
  severity: 'warning',
  docs: {
    means:
      'AdminNetworkPolicy and ClusterNetworkPolicy are two versions of one API, and nothing says in which order they apply together. ' +
      'A network plugin usually implements one of them, and ignores the other.',
    why: 'A move to the newer version is half done.',
    proof: 'Objects of both kinds are in the cluster.',
    fix: 'Finish the move: write the old policies as ClusterNetworkPolicies and remove them.',
    falseAlarmWhen: 'Never while objects of only one generation are there.',
  },
  check(policy, network) {
    const { all } = network.policy.cluster()
    const old = all.filter((other) => generationOf(other) === 'v1alpha1')
    const [first] = old
    const newer = all.filter((other) => generationOf(other) === 'v1alpha2')
    if (first === undefined || newer.length === 0 || policy.object.metadata.deletionTimestamp !== undefined)
      return undefined
    return {
      proof: 'proven',
      about: first.reference,
      place: place.policyPart(first.reference, 'two generations'),
      summary: say`Policies of two generations are in force: ${counted(old.length, 'of v1alpha1', 'of v1alpha1')}, ${counted(newer.length, 'of v1alpha2', 'of v1alpha2')}; nothing says which goes first`,
      detail: say`Old: ${listed(old.slice(0, 3).map(({ reference }) => say`${reference}`))}. New: ${listed(newer.slice(0, 3).map(({ reference }) => say`${reference}`))}.`,
      evidence: [...old.slice(0, 1), ...newer.slice(0, 1)].map(({ reference }) => ({
        reference,
        field: 'apiVersion',
        value: reference.apiVersion,
      })),
      advice: [
        say`kubectl get adminnetworkpolicies,baselineadminnetworkpolicies,clusternetworkpolicies`,
        say`Write the old ones as ClusterNetworkPolicies, then remove them.`,
      ],
    }
  },
})
