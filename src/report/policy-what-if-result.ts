import type { FlowEnd } from '../change/flow-end.ts'
import type { ChangeGroup, WhatIf } from '../change/what-if.ts'
import { decidersOf } from '../diagnosis/expected/deciders.ts'
import type { FlowVerdict } from '../network/policy/decide.ts'
import type { Locate } from '../snapshot/files/load.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { rangesOf } from './flow-end-text.ts'
import type { WhatIfContext } from './views/policy-what-if.ts'

/** An end of flows as data. */
function endResult(end: FlowEnd) {
  return end.kind === 'workload'
    ? { kind: 'workload', ref: end.reference }
    : {
        kind: 'outside',
        ranges: end.isEverything
          ? 'all'
          : end.intervals.flatMap((interval) => rangesOf(interval, end.family)),
        family: end.family,
      }
}

const whatIfSchema = 'netdoctor/policy-what-if/v1'

/** The comparison as data, as docs/schema/policy-what-if.schema.json describes it: counts, namespaces, then every change with the rules on both sides of it. */
export function whatIfResult(result: WhatIf, context: WhatIfContext, snapshot: Snapshot) {
  const { pairs, namespaces, isolated, dnsLost, outsideLost, groups } = result
  return {
    schema: whatIfSchema,
    takenAt: snapshot.takenAt,
    server: snapshot.server,
    question: { command: 'policy --what-if' },
    edits: {
      put: context.put.map(({ reference, isNew }) => ({ ref: reference, isNew })),
      removed: context.removed,
    },
    pairs,
    namespaces,
    isolated: isolated.map(({ end, direction, loses }) => ({ end: endResult(end), direction, loses })),
    dnsLost,
    outsideLost,
    changes: groups.map((group) => changeResult(group, context.locate)),
    caveats:
      pairs.denied > 0
        ? [{ id: 'established-connections', plugin: context.profile.dropsOpenConnections }]
        : [],
    notes: context.notes,
    refused: context.refused.map(({ policy, problem: { field, value, message } }) => ({
      ref: policy,
      field,
      value,
      message,
      at: context.locate?.(policy, field),
    })),
    gaps: context.gaps,
  }
}

function changeResult(group: ChangeGroup, locate: Locate | undefined) {
  const { effect, direction, anchors, peers, ports, pairs, before, after } = group
  const [own, others] = [anchors.map(endResult), peers.map(endResult)]
  return {
    effect: effect === 'unknown' ? 'undefined' : effect,
    side: direction,
    from: direction === 'egress' ? own : others,
    to: direction === 'egress' ? others : own,
    ports,
    pairs,
    before: verdictResult(before, locate),
    after: verdictResult(after, locate),
  }
}

function verdictResult(verdict: FlowVerdict, locate: Locate | undefined) {
  return {
    outcome: verdict.outcome,
    decidedBy: decidersOf(verdict, verdict.outcome).map(
      ({ direction, outcome, rules, isolatedBy, doubts }) => ({
        direction,
        outcome,
        rules: rules.map(({ policy, path }) => ({ ref: policy, path, at: locate?.(policy, path) })),
        isolatedBy,
        doubts,
      }),
    ),
  }
}
