import { pointer } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { say, word } from '../text.ts'
import { backendsOf, clientsGet } from './backends.ts'
import { steps } from './fields.ts'

export default defineRule({
  id: 'ingress/backend-service-missing',
  title: 'Backend Service of an Ingress that does not exist',
  subject: 'Ingress',
  severity: 'error',
  explains: ['backend-service-missing'],
  docs: {
    means:
      'Requests to these paths end at the proxy: ingress-nginx answers 503, Traefik’s own provider drops the path and answers 404.',
    why: 'The Service was renamed or deleted, has a slip in its name, or is in another namespace: an Ingress reaches Services of its own namespace only.',
    proof: '`backend.service.name` and the Services of the namespace, none of which has that name.',
    fix: 'Name the Service that is meant, or create it.',
    falseAlarmWhen:
      'The backend is another kind of object than a Service, or Services could not be read: then it is silent, or unknown.',
  },
  check(ingress, network) {
    const namespace = ingress.metadata.namespace ?? ''
    const reference = referenceTo(ingress)
    return backendsOf(ingress, network).flatMap(({ location, backend }) => {
      if (whole(network.services.get(namespace, backend.service)).length > 0) return []
      const own = network.services.in(namespace).items.map(({ metadata }) => metadata.name)
      const [meant] = nearest(backend.service, own)
      const elsewhere = network.inventory
        .list('Service')
        .items.filter(({ metadata }) => metadata.name === backend.service)
      const [other] = elsewhere
      return [
        {
          proof: 'proven' as const,
          place: place.routeBackend(reference, backend),
          summary: say`${reference} sends ${location.route.title} to Service ${backend.service}, which does not exist in ${namespace}: ${clientsGet('service-missing', location.serving)}`,
          detail:
            other === undefined
              ? undefined
              : say`Namespace ${other.metadata.namespace ?? ''} has one of this name; an Ingress reaches only its own namespace.`,
          evidence: [{ reference, field: `${backend.field}.name`, value: backend.service }],
          ...(meant === undefined
            ? { advice: [say`kubectl -n ${namespace} get service`] }
            : {
                fix: {
                  edits: [
                    {
                      kind: 'patch' as const,
                      reference,
                      operations: [
                        {
                          op: 'replace' as const,
                          path: pointer(...steps(backend.field), 'name'),
                          value: meant,
                        },
                      ],
                    },
                  ],
                  note: word(`Names the Service with the nearest name.`),
                },
              }),
        },
      ]
    })
  },
})
