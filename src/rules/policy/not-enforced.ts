import { place } from '../../network/traffic/place.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'

export default defineRule({
  id: 'policy/not-enforced',
  title: 'Policies exist, and the network plugin enforces none',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means: 'Nothing is fenced off: what the policies deny gets through all the same.',
    why: 'NetworkPolicy is only an API. Plain flannel, or a plugin whose policy agent is switched off, ignores it without a word.',
    proof:
      'The DaemonSet of a network plugin that is known not to enforce policies as it runs here, and none of another agent that does.',
    fix: 'Install an agent that enforces policies beside the plugin, or a plugin that does.',
    falseAlarmWhen:
      'The plugin is not recognised, or an agent that enforces runs beside it. A plugin that runs inside another process shows no DaemonSet: ' +
      'the finding is likely, and a connection that a policy denies shows the truth.',
  },
  check({ reference }, network) {
    const { profile, agent } = network.policy.cni()
    if (profile.enforcesPolicies || agent === undefined) return undefined
    const [namespace = '', name = ''] = agent.split('/')
    const daemonSet: ObjectReference = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace, name }
    return {
      proof: 'likely',
      about: daemonSet,
      concerns: reference,
      place: place.object(daemonSet),
      summary: say`${daemonSet} (${profile.name}) enforces no network policies: what they deny gets through`,
      detail: say`Connections that a policy denies are shown as unknown.`,
      evidence: [
        { reference: daemonSet, field: 'metadata.name', value: name },
        { reference, field: 'spec', value: 'has no effect' },
      ],
      advice: [say`install an agent that enforces policies beside ${profile.name}`],
      confirm: say`kubectl netdoctor policy --from A --to B --probe`,
    }
  },
})
