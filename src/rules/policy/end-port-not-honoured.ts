import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { counted, say } from '../text.ts'
import { showCommand } from './patches.ts'
import { rulesOf } from './peers.ts'

export default defineRule({
  id: 'policy/end-port-not-honoured',
  title: 'endPort with a network plugin that ignores it',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means: 'Of a range of ports only the first is open: the plugin takes `port` and leaves `endPort` out.',
    why: 'Plugins have to implement `endPort`, and older releases do not.',
    proof: 'A rule with `endPort`, and the plugin as its DaemonSet and image show it.',
    fix: 'List the ports one by one, or update the plugin.',
    falseAlarmWhen: 'Silent where the plugin is not known, and for a range of one port.',
  },
  check(policy, network) {
    const { profile, agent } = network.policy.cni()
    if (profile.endPortHonoured) return undefined
    const { reference } = policy
    const ranges = rulesOf(policy).flatMap(({ ports }) =>
      ports === 'all'
        ? []
        : ports
            .filter((entry) => entry.is === 'numbers')
            .filter(({ isEndPort, from, to }) => isEndPort && to > from),
    )
    const [first] = ranges
    if (first === undefined) return undefined
    return {
      proof: 'likely',
      place: place.policyPart(reference, 'endPort'),
      summary: say`${reference} opens ports ${first.from} to ${first.to}, and ${profile.name} opens only ${first.from}: it ignores endPort`,
      detail:
        agent === undefined
          ? say`${counted(ranges.length, 'range')} in this policy.`
          : say`The plugin is taken for ${profile.name} by DaemonSet ${agent}; ${counted(ranges.length, 'range')} in this policy.`,
      evidence: ranges.map(({ path, to }) => ({ reference, field: `${path}.endPort`, value: to })),
      advice: [say`List the ports one by one, or update the network plugin.`, showCommand(reference)],
    }
  },
})
