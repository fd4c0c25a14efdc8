import { ownNamespacePod, serviceCandidates } from '../../network/dns/names.ts'
import { whole } from '../../network/inventory/read.ts'
import { hasLabels } from '../../network/inventory/selectors.ts'
import type { Network } from '../../network/network.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { WorkloadObject } from '../../snapshot/kinds/workload.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import { clientOf, dialEvidence } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'

export default defineRule({
  id: 'dns/statefulset-governing-service',
  title: 'StatefulSet whose governing Service gives its pods no names',
  subject: 'Connection',
  severity: 'warning',
  docs: {
    means: 'Names of single pods (`db-0.db`) do not resolve.',
    why: 'The Service of `spec.serviceName` is missing, was renamed, or selects other pods. The field cannot be changed, so this is easily overlooked.',
    proof:
      '`spec.serviceName` of the StatefulSet, the Services of its namespace, and somebody who dials a name of one of its pods.',
    fix: 'Make the Service: headless, with the labels of the template as selector.',
    falseAlarmWhen:
      'No `serviceName`, or nobody dials a name of one of the pods: silent. A Service that is not headless does give names to pods in CoreDNS.',
  },
  check({ connection }, network) {
    const set = setBehind(connection, network)
    if (set === undefined) return undefined
    const { workload, object, serviceName, dialled } = set
    const { namespace, labels, reference } = workload
    const [first] = dialled
    if (first === undefined) return undefined
    const read = network.services.get(namespace, serviceName)
    const [service] = read.items.length > 0 ? read.items : whole(read)
    const governing: ObjectReference =
      service === undefined
        ? { apiVersion: 'v1', kind: 'Service', namespace, name: serviceName }
        : referenceTo(service)
    const selector = service === undefined ? undefined : selectorOf(service)
    if (service !== undefined && (selector === undefined || hasLabels(labels, selector))) return undefined
    const why: Text = service === undefined ? say`does not exist` : say`selects other pods`
    const ports = workload.spec.containers.flatMap((container) => container.ports)
    return {
      proof: 'proven',
      about: reference,
      place: service === undefined ? place.object(governing) : place.service(service),
      summary: say`${reference} names ${governing} for the names of its pods, and that ${why}: ${first.host} does not resolve`,
      evidence: [
        { reference, field: 'spec.serviceName', value: serviceName },
        ...(service === undefined
          ? [{ reference: governing, field: 'metadata.name', value: undefined }]
          : [
              {
                reference: governing,
                field: 'spec.selector',
                value: Object.entries(selector ?? {})
                  .map(([key, value]) => `${key}=${value}`)
                  .join(','),
              },
            ]),
        ...dialEvidence(dialled.slice(0, 3).flatMap(({ dials }) => dials)),
      ],
      fix: {
        edits: [
          service === undefined
            ? {
                kind: 'create',
                reference: governing,
                object: {
                  apiVersion: 'v1',
                  kind: 'Service',
                  metadata: { name: serviceName, namespace },
                  spec: {
                    clusterIP: 'None',
                    selector: { ...(object.spec.selector?.matchLabels ?? labels) },
                    ports: ports.map(({ containerPort, name }) => ({
                      ...(name === undefined ? {} : { name }),
                      port: containerPort,
                    })),
                  },
                },
              }
            : {
                kind: 'patch',
                reference: governing,
                operations: [
                  {
                    op: 'replace',
                    path: '/spec/selector',
                    value: { ...(object.spec.selector?.matchLabels ?? labels) },
                  },
                ],
              },
        ],
      },
    }
  },
})

interface GoverningSet {
  readonly workload: Workload
  readonly object: WorkloadObject
  readonly serviceName: string
  /** Connections to single pods of the set by their names. */
  readonly dialled: readonly Connection[]
}

/** The StatefulSet whose pod a connection dials by name: `db-0.db`, `db-0.db.shop.svc`. */
function setBehind(connection: Connection, network: Network): GoverningSet | undefined {
  const { host, address } = connection
  const client = clientOf(connection)
  if (client === undefined || address !== undefined) return undefined
  const names = [ownNamespacePod(host, client.namespace), serviceCandidates(host, client.namespace)]
  for (const name of names) {
    const set = /^(.+)-\d+$/.exec(name?.podName ?? '')?.[1]
    if (name === undefined || set === undefined) continue
    const [workload] = network.workloads.get(name.namespace, `StatefulSet/${name.namespace}/${set}`).items
    const object = workload?.object
    if (workload === undefined || object === undefined || object.kind === 'Pod') continue
    if (object.spec.serviceName !== name.service) continue
    const dialled = network.traffic
      .toName(name.namespace, name.service)
      .items.filter((item) => item.host.startsWith(`${set}-`))
    return { workload, object, serviceName: name.service, dialled }
  }
  return undefined
}
