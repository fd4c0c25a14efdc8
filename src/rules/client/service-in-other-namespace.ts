import { asksClusterDns, serviceCandidates } from '../../network/dns/names.ts'
import { whole } from '../../network/inventory/read.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { lookUp } from '../confirm.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { addressText, clientOf, dialEvidence, severityFor, whereWritten } from './dialled.ts'
import { mend } from './retarget.ts'

export default defineRule({
  id: 'client/service-in-other-namespace',
  title: 'Short name of a Service that is in another namespace',
  subject: 'Connection',
  severity: 'error',
  explains: ['service-in-other-namespace'],
  docs: {
    means: 'The name does not resolve: a name of one label is looked up in the namespace of the client.',
    why: 'The client or the Service moved to another namespace, or a manifest was copied from the namespace of the Service.',
    proof:
      'The address in env, args, command or a ConfigMap in use is one label; its namespace was read whole and has no such ' +
      'Service; another namespace has one.',
    fix: 'Write the namespace behind the name: `name.namespace`. Where several namespaces have one, none is picked.',
    falseAlarmWhen:
      'Another search domain, a hostAlias, the Corefile, a local ExternalName Service or a resolver outside of the cluster ' +
      'answers the name: then it is silent.',
  },
  check({ connection, resolved }) {
    const workload = clientOf(connection)
    const { destination, gaps, open } = resolved
    if (workload === undefined || connection.target !== undefined || destination.kind !== 'missing-service')
      return undefined
    const { namespace, name, elsewhere, podName } = destination
    if (elsewhere.length === 0 || !asksClusterDns(workload.spec)) return undefined
    const isShort = serviceCandidates(connection.host, workload.namespace)?.via === 'short'
    if (!isShort && podName === undefined) return undefined
    whole({ items: [], gaps, open })
    const { port, dials } = connection
    const fitting = elsewhere.filter((service) => port === undefined || offers(service, port))
    const choices = fitting.length > 0 ? fitting : elsewhere
    const [only, second] = fitting
    const nameIn = (service: Service | undefined): string =>
      `${podName === undefined ? name : `${podName}.${name}`}.${service?.metadata.namespace ?? ''}`
    return {
      proof: 'likely',
      severity: severityFor(workload, 'error'),
      place: place.name(workload.key, connection.host),
      summary: say`${workload.reference} dials ${addressText(connection)} (${whereWritten(dials)}), but ${name} is not in namespace ${namespace}: ${listed(choices.slice(0, 5).map((service) => say`${referenceTo(service)} is in ${service.metadata.namespace ?? ''}`))}`,
      detail:
        podName === undefined
          ? say`A name of one label is looked up in the namespace of the client only.`
          : say`The name of a pod and its Service is looked up in the namespace of the client only.`,
      evidence: [
        ...dialEvidence(dials),
        ...choices.slice(0, 5).map((service) => ({
          reference: referenceTo(service),
          field: 'metadata.namespace',
          value: service.metadata.namespace,
        })),
      ],
      ...(only !== undefined && second === undefined
        ? mend(dials, nameIn(only))
        : {
            advice: [
              say`write the namespace behind the name, such as ${nameIn(choices[0])}, if that is the one that is meant`,
            ],
          }),
      confirm: lookUp(workload, connection),
    }
  },
})

function offers(service: Service, port: number): boolean {
  return service.spec.ports.length === 0 || service.spec.ports.some((item) => item.port === port)
}
