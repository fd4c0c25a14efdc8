import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { nearServices } from '../client/near-services.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { sharesWord } from '../similar.ts'
import { listed, say, word } from '../text.ts'
import {
  type FaultyBackend,
  faultyBackends,
  placesOf,
  serviceOf,
  severityOf,
  shareText,
  whatClientsGet,
} from './faulty-backends.ts'
import { contradiction, proofOf, saidEvidence, saidOf } from './route-status.ts'

export default defineRule({
  id: 'gateway/backend-service-missing',
  title: 'Route to a Service that does not exist',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['backend-service-missing'],
  docs: {
    means:
      'Requests that the route sends to this backend are answered by the Gateway itself, with 500; people look for a 503 ' +
      'and for pods instead.',
    why: 'The Service was renamed, deleted or never created, or its name in the route is mistyped.',
    proof:
      '`spec.rules[].backendRefs[]` and the Services of the namespace that it names, read whole. Condition ResolvedRefs of ' +
      'the route, where it is of the present generation, is shown beside it.',
    fix: 'Write the name of the Service that is meant, or create it.',
    falseAlarmWhen:
      'Backends of other kinds than Service, and backends of weight 0, which get no requests: then it is silent. A route ' +
      'that no Gateway takes is a warning.',
  },
  check(route, network) {
    const faulty = faultyBackends(route, 'backend-service-missing', network)
    const groups = Map.groupBy(faulty, ({ namespace, reference }) => `${namespace}/${reference.name}`)
    return [...groups.values()].map((group) => draft(route, group, network))
  },
})

function draft(route: GatewayRoute, group: readonly FaultyBackend[], network: Network): FindingDraft {
  const [first] = group
  if (first === undefined) throw new Error('a group of backends has one at least')
  const by = referenceTo(route)
  const missing = serviceOf(first)
  const [at = '', ...more] = placesOf(route, group)
  const said = saidOf(route, 'ResolvedRefs', network)
  const share = shareText(route, group)
  const near = nearest(route, first, network)
  return {
    proof: proofOf(said),
    severity: severityOf(route, network),
    place: at,
    alsoAt: more,
    summary: say`${by} sends ${share ?? word('requests')} to ${missing}, which does not exist: ${whatClientsGet(route.kind)}`,
    detail: contradiction(said),
    evidence: [
      ...group.map(({ field, reference }) => ({
        reference: by,
        field: `${field}.name`,
        value: reference.name,
      })),
      { reference: missing, field: 'metadata.name', value: undefined },
      ...saidEvidence(route, said),
    ],
    ...remedy(by, group, near, first),
  }
}

interface Near {
  readonly fix?: string | undefined
  readonly others: readonly string[]
}

/** The one name that is a slip away, and others that may be meant. */
function nearest(route: GatewayRoute, { namespace, reference }: FaultyBackend, network: Network): Near {
  const taken = new Set(route.spec.rules.flatMap(({ backendRefs }) => backendRefs.map(({ name }) => name)))
  const services = network.services.in(namespace).items
  const close = nearServices(reference.name, reference.port, services, taken)
  const [best, second] = close
  const isClear = best?.by === 'letters' && (second?.by !== 'letters' || second.distance > best.distance)
  const alike = services.map(({ metadata }) => metadata.name).filter((name) => isAlike(name, reference.name))
  return {
    fix: isClear ? best.service.metadata.name : undefined,
    others: [...new Set([...close.map(({ service }) => service.metadata.name), ...alike])].slice(0, 3),
  }
}

const isAlike = (name: string, other: string): boolean =>
  name !== other && (sharesWord(name, other) || name.startsWith(other) || other.startsWith(name))

function remedy(
  by: FindingDraft['about'],
  group: readonly FaultyBackend[],
  { fix, others }: Near,
  { namespace, reference }: FaultyBackend,
): Pick<FindingDraft, 'fix' | 'advice'> {
  if (fix !== undefined && by !== undefined) {
    const operations = group.map(({ ruleIndex, backendIndex }) => ({
      op: 'replace' as const,
      path: pointer('spec', 'rules', ruleIndex, 'backendRefs', backendIndex, 'name'),
      value: fix,
    }))
    return { fix: { edits: [{ kind: 'patch', reference: by, operations }] } }
  }
  const meant =
    others.length === 0
      ? say`create the Service ${reference.name}, or name one of: kubectl -n ${namespace} get services`
      : say`name the Service that is meant (is it ${listed(
          others.map((name) => say`${name}`),
          'or',
        )}?), or create ${reference.name}`
  return { advice: [meant] }
}
