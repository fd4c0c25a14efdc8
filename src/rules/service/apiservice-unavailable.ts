import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { backendFault, placesOf } from './control-plane-backend.ts'

export default defineRule({
  id: 'service/apiservice-unavailable',
  title: 'Aggregated API that is not available',
  subject: 'ApiService',
  severity: 'error',
  explains: ['no-such-service', 'port-not-on-service'],
  docs: {
    means:
      'Requests to that API fail: for metrics, autoscalers stand still; and no namespace can be deleted while it is down.',
    why: 'The pods behind its Service are down, unreachable for the API server, or were removed without the APIService.',
    proof: 'Its condition Available is False; the reason stands beside it.',
    fix: 'Mend the Service that it names, or delete the APIService if its server is gone.',
    falseAlarmWhen: 'It has no Service, because the API server answers it itself.',
  },
  check(api, network) {
    const { service } = api.spec
    const index = api.status.conditions.findIndex(
      ({ type, status }) => type === 'Available' && status === 'False',
    )
    const condition = api.status.conditions[index]
    if (service === undefined || condition === undefined || api.metadata.deletionTimestamp !== undefined)
      return undefined
    const reference = referenceTo(api)
    const fault = backendFault(service, network)
    const target = `${service.namespace}/${service.name}`
    return {
      proof: 'proven',
      place: place.object(reference),
      alsoAt: placesOf(reference, 'spec.service', service, network),
      summary: say`The API ${api.metadata.name} is not available: ${fault === undefined ? say`${condition.message ?? condition.reason ?? ''}` : fault.words}`,
      detail:
        fault === undefined
          ? undefined
          : say`The API server says: ${condition.message ?? condition.reason ?? ''}`,
      evidence: [
        { reference, field: `status.conditions[${index}].status`, value: condition.status },
        { reference, field: `status.conditions[${index}].reason`, value: condition.reason },
        { reference, field: 'spec.service', value: target },
      ],
      advice: [
        say`kubectl -n ${service.namespace} get service,endpointslice,pod`,
        say`If its server was removed: kubectl delete apiservice ${api.metadata.name}`,
      ],
    }
  },
})
