import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import type { Peer, Policy, PortEntry, Rule } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { areApart } from './apart.ts'
import { coversSubject } from './cover.ts'
import { steps } from './patches.ts'

export default defineRule({
  id: 'policy/protocol-missing-on-dns-port',
  title: 'Port 53 without UDP',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means: 'The rule opens TCP 53 only. Resolvers ask by UDP first, and no name is found.',
    why: '`port: 53` without `protocol` means TCP.',
    proof:
      'An egress rule lists port 53 with TCP, written or by default, and no rule for its pods opens UDP 53 to its peers.',
    fix: 'Add a second item: `{protocol: UDP, port: 53}`.',
    falseAlarmWhen:
      'Another rule or policy for the same pods admits UDP 53, or every port, to any of these peers, as far as their labels tell. ' +
      'Ingress rules are left out: DNS servers may be asked by TCP only.',
  },
  check(policy, network) {
    return (policy.rules.egress ?? []).flatMap((rule) => checkRule(policy, rule, network) ?? [])
  },
})

const isOnly53 = (entry: PortEntry): boolean =>
  entry.is === 'numbers' && entry.protocol === 'TCP' && entry.from === 53 && entry.to === 53

function admitsUdp({ ports }: Rule): boolean {
  return (
    ports === 'all' ||
    ports.some(
      (entry) =>
        entry.is === 'doubt' ||
        (entry.is === 'name' && entry.protocol !== 'TCP') ||
        (entry.is === 'numbers' && entry.protocol === 'UDP' && entry.from <= 53 && entry.to >= 53),
    )
  )
}

/** Where DNS is as a rule: what a rule without `to` was written for. */
const usualDns: Peer = {
  is: 'pods',
  path: '',
  namespaces: { name: 'kube-system' },
  pods: {
    canonical: '',
    requirements: [{ field: '', key: 'k8s-app', operator: 'In', values: ['kube-dns'] }],
    faults: [],
  },
  fields: {},
}

/** Whether a rule reaches none of the peers of another. */
function isForOthers(other: Rule, rule: Rule): boolean {
  if (other.doubt !== undefined || other.peers === 'all') return false
  const peers = rule.peers === 'all' ? [usualDns] : rule.peers
  return other.peers.every((theirs) => peers.every((peer) => areApart(theirs, peer)))
}

function checkRule(policy: Policy, rule: Rule, network: Network): FindingDraft | undefined {
  if (rule.ports === 'all') return undefined
  const entry = rule.ports.find(isOnly53)
  if (entry === undefined) return undefined
  const others = network.policy
    .in(policy.object.metadata.namespace ?? '')
    .policies.filter(
      (other) => other.reference.name !== policy.reference.name && coversSubject(other, policy),
    )
    .flatMap((other) => other.rules.egress ?? [])
  const isElsewhere = (other: Rule): boolean => admitsUdp(other) && !isForOthers(other, rule)
  if ([...(policy.rules.egress ?? []), ...others].some(isElsewhere)) return undefined
  const { reference, object } = policy
  const index = Number(/(\d+)\]$/.exec(entry.path)?.[1] ?? '0')
  const raw = object.kind === 'NetworkPolicy' ? writtenProtocol(object.spec.egress, rule.path, index) : 'TCP'
  return {
    proof: 'proven',
    place: place.policyPart(reference, 'egress TCP 53'),
    alsoAt: [place.policy(reference)],
    summary:
      raw === undefined
        ? say`${reference} lists port 53 without protocol, which means TCP: resolvers ask by UDP`
        : say`${reference} opens port 53 for TCP and not for UDP, by which resolvers ask`,
    evidence: [
      { reference, field: `${entry.path}.port`, value: 53 },
      { reference, field: `${entry.path}.protocol`, value: raw },
    ],
    fix: {
      edits: [
        {
          kind: 'patch',
          reference,
          operations: [
            {
              op: 'add',
              path: pointer(...steps(`${rule.path}.ports`), rule.ports.length),
              value: { protocol: 'UDP', port: 53 },
            },
          ],
        },
      ],
      note: say`Opens UDP 53 to the peers of ${rule.path}, nothing else.`,
    },
  }
}

function writtenProtocol(
  rules:
    | readonly { readonly ports?: readonly { readonly protocol?: string | undefined }[] | undefined }[]
    | undefined,
  path: string,
  index: number,
): string | undefined {
  const rule = rules?.[Number(/(\d+)\]$/.exec(path)?.[1] ?? '0')]
  return rule?.ports?.[index]?.protocol
}
