import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { portText, targetPortOf } from '../../network/services/service-facts.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text, word } from '../text.ts'
import {
  type FaultyBackend,
  faultyBackends,
  placesOf,
  severityOf,
  shareText,
  whatClientsGet,
} from './faulty-backends.ts'
import { contradiction, proofOf, saidEvidence, saidOf } from './route-status.ts'

export default defineRule({
  id: 'gateway/backend-port-missing',
  title: 'Route to a port that its Service does not have',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['backend-port-missing'],
  docs: {
    means: 'The Gateway cannot use the backend, and answers its share of the requests with 500.',
    why: 'The port of the pods was written where the port of the Service belongs, the Service was given another port, or no port is written at all.',
    proof:
      '`backendRefs[].port` compared with `spec.ports[].port` of the Service. Unlike an Ingress, a route names the port by ' +
      'number only, and only the Service’s own number counts.',
    fix: 'Write a port that the Service lists. When the written one is its targetPort, the port in front of that is meant.',
    falseAlarmWhen: 'Backends of other kinds than Service, and of weight 0: then it is silent.',
  },
  check(route, network) {
    const faulty = faultyBackends(route, 'backend-port-missing', network)
    const groups = Map.groupBy(
      faulty,
      ({ namespace, reference }) => `${namespace}/${reference.name}:${reference.port ?? ''}`,
    )
    return [...groups.values()].flatMap((group) => draft(route, group, network))
  },
})

function draft(
  route: GatewayRoute,
  group: readonly FaultyBackend[],
  network: Network,
): readonly FindingDraft[] {
  const [first] = group
  const service = first?.state.service
  if (first === undefined || service === undefined) return []
  const by = referenceTo(route)
  const [at = '', ...more] = placesOf(route, group)
  const said = saidOf(route, 'ResolvedRefs', network)
  const { port } = first.reference
  const share = shareText(route, group)
  return [
    {
      proof: proofOf(said),
      severity: severityOf(route, network),
      place: at,
      alsoAt: more,
      summary: say`${by} sends ${share ?? word('requests')} to ${written(port)} of ${referenceTo(service)}, which ${portsOf(service)}: ${whatClientsGet(route.kind)}`,
      detail: contradiction(said),
      evidence: [
        ...group.map(({ field, reference }) => ({
          reference: by,
          field: `${field}.port`,
          value: reference.port,
        })),
        ...service.spec.ports.map((item, index) => ({
          reference: referenceTo(service),
          field: `spec.ports[${index}].port`,
          value: item.port,
        })),
        ...saidEvidence(route, said),
      ],
      ...remedy(route, group, service),
    },
  ]
}

const written = (port: number | undefined): Text =>
  port === undefined ? word('no port') : word(`port ${port}`)

function portsOf({ spec: { ports } }: Service): Text {
  return ports.length === 0
    ? word('has no port')
    : say`has ${listed(ports.map((port) => word(portText(port))))}`
}

function remedy(
  route: GatewayRoute,
  group: readonly FaultyBackend[],
  service: Service,
): Pick<FindingDraft, 'fix' | 'advice'> {
  const asked = group[0]?.reference.port
  const { ports } = service.spec
  const inFront = ports.filter((port) => targetPortOf(port) === asked)
  const meant = inFront.length === 1 ? inFront[0] : ports.length === 1 ? ports[0] : undefined
  if (meant === undefined)
    return {
      advice: [say`write one of the ports of ${referenceTo(service)}, or add port ${asked ?? 80} to it`],
    }
  const operations = group.map(({ ruleIndex, backendIndex }) => ({
    op: asked === undefined ? ('add' as const) : ('replace' as const),
    path: pointer('spec', 'rules', ruleIndex, 'backendRefs', backendIndex, 'port'),
    value: meant.port,
  }))
  return { fix: { edits: [{ kind: 'patch', reference: referenceTo(route), operations }] } }
}
