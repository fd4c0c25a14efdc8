import { undo } from '../change/changed-world.ts'
import type { FlowChange } from '../change/flow-table.ts'
import { faultsBehind } from '../diagnosis/flow/invalid.ts'
import type { FlowAnswer, JudgedOutcome, PortAnswer, Reason } from '../diagnosis/flow/judge.ts'
import { isRemedy, type Remedies } from '../diagnosis/flow/remedies.ts'
import type { FlowRemedy, NoRemedy } from '../diagnosis/flow/remedy.ts'
import type { Unresolved } from '../diagnosis/reach/unresolved.ts'
import type { Network } from '../network/network.ts'
import type { Doubt } from '../network/policy/doubt.ts'
import type { Party } from '../network/policy/endpoint.ts'
import type { ConsideredRule, Explanation, RuleReference } from '../network/policy/explain.ts'
import { nearest } from '../network/policy/nearest.ts'
import type { Policies } from '../network/policy/policies.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { commandFor } from './commands.ts'
import { confirmLine } from './policy-confirm.ts'
import { changedEndText, changedPortsText, endText } from './policy-ends.ts'
import { namesResult } from './policy-reach-result.ts'
import { caveatText, doubtText } from './policy-words.ts'
import { plainText } from './words.ts'

const policyFlowSchema = 'netdoctor/policy-flow/v1'

export interface FlowResultContext {
  /** The ends as they were typed. */
  readonly from: string
  readonly to: string
  readonly network: Network
  readonly policies: Policies
  readonly locate: ((reference: ObjectReference, field: string) => string | undefined) | undefined
  readonly unresolved: Unresolved | undefined
}

/** What machines call the verdict; `undefined` of the API is unknown with that reason. */
const verdicts: Readonly<Record<JudgedOutcome, string>> = {
  passes: 'allowed',
  fails: 'denied',
  partly: 'partly',
  unknown: 'unknown',
}

/** A judged flow as the JSON form that docs/schema/policy-flow.schema.json describes. */
export function flowResult(answer: FlowAnswer, remedies: Remedies, context: FlowResultContext) {
  const { snapshot } = context.network.inventory
  const { question, outcome, ports, caveats, doubts, assumes, gaps, notes } = answer
  const { profile, agent } = context.policies.cni()
  return {
    schema: policyFlowSchema,
    takenAt: snapshot.takenAt,
    server: snapshot.server,
    question: { command: 'policy', from: context.from, to: context.to },
    verdict: verdicts[outcome],
    flow: { source: endText(question.source), destination: endText(question.destination) },
    ports: ports.map(portResult),
    reasons: answer.reasons.map((reason) => reasonResult(reason, answer, remedies.get(reason), context)),
    caveats: caveats.map((id) => ({ id, text: caveatText(id) })),
    doubts: doubts.map(doubtResult),
    invalid: faultsBehind(answer, context.policies).map(({ policy, problem }) => ({
      ref: reference(policy),
      ...problem,
      at: context.locate?.(policy, problem.field),
    })),
    names: namesResult(context.unresolved),
    notes: notes.map(plainText),
    plugin: { name: profile.name, agent, enforcesPolicies: profile.enforcesPolicies },
    assumes,
    gaps,
  }
}

const reference = ({ apiVersion, kind, namespace, name }: ObjectReference) => ({
  apiVersion,
  kind,
  namespace,
  name,
})

const doubtResult = (doubt: Doubt) => ({
  id: doubt.id,
  text: doubtText(doubt),
  ref: doubt.policy === undefined ? undefined : reference(doubt.policy),
  field: doubt.field,
})

function portResult({ port, outcome, targets }: PortAnswer) {
  return {
    ...portName(port),
    verdict: verdicts[outcome],
    reachable: { passing: targets.filter((item) => item.outcome === 'passes').length, of: targets.length },
    endpoints: targets.map(({ target, outcome: own }) => ({
      name: target.name,
      port: target.port,
      verdict: verdicts[own],
    })),
  }
}

const portName = ({ dialled, protocol, servicePort }: PortAnswer['port']) => ({
  port: dialled,
  protocol,
  name: servicePort === undefined || servicePort.name === '' ? undefined : servicePort.name,
})

function reasonResult(
  { pairs, example, outcome, ports }: Reason,
  { question, ports: answerPorts }: FlowAnswer,
  remedy: FlowRemedy | NoRemedy | undefined,
  context: FlowResultContext,
) {
  const { why, family } = example
  const all = new Set(answerPorts.flatMap(({ targets }) => targets.map(({ target }) => target.name)))
  const isWhole = new Set(pairs.map(({ target }) => target.name)).size === all.size
  const confirm = confirmLine(question, example, context.network, isWhole)
  return {
    verdict: verdicts[outcome],
    ports: ports.map(portName),
    family,
    sources: [...new Set(pairs.map(({ source }) => source.name))],
    destinations: [...new Set(pairs.map(({ target }) => target.name))],
    directions:
      why === undefined
        ? undefined
        : { egress: sideResult(why.egress, context), ingress: sideResult(why.ingress, context) },
    nearMiss:
      why === undefined
        ? []
        : [why.egress, why.ingress].flatMap((side) => {
            const miss = nearest(side)
            return miss === undefined
              ? []
              : [{ direction: side.direction, ...consideredResult(miss.rule, context) }]
          }),
    fix: remedy === undefined ? undefined : remedyResult(remedy, context),
    confirm: confirm?.command,
  }
}

function sideResult(side: Explanation, context: FlowResultContext) {
  return {
    verdict: verdicts[side.outcome],
    tier: side.tier,
    subject: partyResult(side.subject),
    decidedBy: side.decidedBy.map((rule) => ruleResult(rule, context)),
    isolatedBy: side.isolatedBy.map(({ policy, rules }) => ({ ...reference(policy), rules })),
    passedBy: side.passedBy.map((rule) => ruleResult(rule, context)),
    considered: side.considered
      .filter(({ selects }) => selects !== 'no')
      .map((rule) => consideredResult(rule, context)),
    doubts: side.doubts.map(doubtResult),
    caveats: side.caveats,
  }
}

const partyResult = ({ pod, addressText, namespace }: Party) => ({
  namespace: namespace?.name,
  pod: pod?.metadata.name,
  address: addressText,
})

function ruleResult(rule: RuleReference, { locate }: FlowResultContext) {
  const { policy, path, peer, name, action } = rule
  return {
    ...reference(policy),
    path: peer ?? path,
    rule: rule.rule,
    ruleName: name,
    action,
    at: locate?.(policy, peer ?? path),
  }
}

function consideredResult(rule: ConsideredRule, { locate }: FlowResultContext) {
  return {
    ref: reference(rule.policy),
    rule: rule.rule,
    path: rule.peer ?? rule.path,
    at: locate?.(rule.policy, rule.peer ?? rule.path),
    action: rule.action,
    subjectMatch: rule.selects,
    matches: rule.matches,
    clauses: rule.clauses.map(({ is, field, wanted, actual, ok }) => ({ is, field, wanted, actual, ok })),
  }
}

function remedyResult(remedy: FlowRemedy | NoRemedy, { locate, network }: FlowResultContext) {
  if (!isRemedy(remedy))
    return {
      none: remedy.why,
      direction: remedy.direction,
      deniedBy: remedy.deniedBy.map(({ policy, rule }) => ({ ...reference(policy), rule })),
    }
  const { steps, allows, opens, closes } = remedy
  return {
    patches: steps.map(({ direction, patch }) => ({
      direction,
      is: patch.is,
      ref: reference(patch.policy),
      field: patch.field,
      before: patch.before,
      after: patch.after,
      isolates: patch.isolates,
      command: commandFor(patch.edit),
      at: locate?.(patch.policy, patch.field),
    })),
    undo: undo(
      steps.map(({ patch }) => patch.edit),
      network,
    )?.map(commandFor),
    allows,
    opens: opens === undefined ? undefined : changesResult(opens),
    closes: changesResult(closes),
  }
}

function changesResult(changes: readonly FlowChange[]) {
  const namespaces = changes.flatMap(({ source, destination }) =>
    [source, destination].flatMap((end) => (end.kind === 'workload' ? (end.reference.namespace ?? []) : [])),
  )
  return {
    pairs: changes.reduce((sum, { pairs }) => sum + pairs, 0),
    namespaces: [...new Set(namespaces)].sort(),
    flows: changes.map(({ source, destination, ports, pairs, effect }) => ({
      source: changedEndText(source),
      destination: changedEndText(destination),
      ports: changedPortsText(ports),
      pairs,
      effect,
    })),
  }
}
