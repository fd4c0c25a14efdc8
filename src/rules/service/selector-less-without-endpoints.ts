import { whole } from '../../network/inventory/read.ts'
import { isExternalName, selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'

export default defineRule({
  id: 'service/selector-less-without-endpoints',
  title: 'Service without selector for which nobody wrote an address',
  subject: 'Service',
  severity: 'warning',
  explains: ['no-endpoints'],
  over: ['service/webhook-backend-unavailable', 'service/apiservice-unavailable'],
  docs: {
    means: 'The Service has no endpoint, and no controller will make one: connections are refused.',
    why: 'The selector was forgotten, or the EndpointSlice that should name the addresses was never applied.',
    proof:
      'No selector, and no EndpointSlice with an address carries its name in `kubernetes.io/service-name`.',
    fix: 'Add the selector, or write an EndpointSlice.',
    falseAlarmWhen: 'It is an ExternalName, or a controller owns it and writes its slices (noted).',
  },
  check(service, network) {
    if (isExternalName(service) || selectorOf(service) !== undefined) return undefined
    const { name, namespace = '' } = service.metadata
    const slices = whole(network.services.slices(service))
    if (slices.some(({ endpoints }) => endpoints.length > 0)) return undefined
    const reference = referenceTo(service)
    const [owner] = service.metadata.ownerReferences
    const endpoints = network.inventory.get('Endpoints', namespace, name).items[0]
    const isWritten = endpoints?.subsets.some(({ addresses }) => addresses.length > 0) === true
    return {
      proof: 'proven',
      severity: owner === undefined ? 'warning' : 'note',
      place: place.service(service),
      summary: isWritten
        ? say`${reference} has no endpoint: it has no selector, and its Endpoints object was not mirrored to an EndpointSlice`
        : say`${reference} has no endpoint: it has no selector, and no EndpointSlice names an address for it`,
      detail:
        owner === undefined
          ? undefined
          : say`It belongs to ${owner.kind} ${owner.name}, which writes its addresses.`,
      evidence: [
        { reference, field: 'spec.selector', value: undefined },
        ...slices
          .slice(0, 1)
          .map((slice) => ({ reference: referenceTo(slice), field: 'endpoints', value: undefined })),
      ],
      advice:
        owner !== undefined
          ? undefined
          : [
              say`For pods of this namespace: kubectl -n ${namespace} set selector service ${name} app=NAME`,
              say`For other addresses: write an EndpointSlice with the label ${`kubernetes.io/service-name=${name}`}.`,
            ],
    }
  },
})
