import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { isExternalName } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft, Fix } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { backendsOf, clientsGet, type NamedBackend } from './backends.ts'
import { steps } from './fields.ts'

export default defineRule({
  id: 'ingress/backend-port-missing',
  title: 'Backend port of an Ingress that the Service does not have',
  subject: 'Ingress',
  severity: 'error',
  explains: ['backend-port-missing'],
  docs: {
    means:
      'The proxy finds nothing to send the requests to: ingress-nginx answers 503, Traefik’s own provider drops the path and answers 404.',
    why: 'The port of the pods was written instead of the port of the Service, or the Service’s port was changed or renamed.',
    proof: '`backend.service.port` compared with `spec.ports[]` of the Service, by number or name.',
    fix: 'Name a port of the Service; when the named one is its targetPort, the port in front of that is meant.',
    falseAlarmWhen:
      'ingress-nginx also takes the number or name of a targetPort: traffic passes, and it is a warning, because every other controller refuses it.',
  },
  check(ingress, network) {
    return backendsOf(ingress, network).flatMap((item) => {
      const { backend } = item
      const [service] = network.services.get(backend.namespace, backend.service).items
      if (service === undefined || isExternalName(service) || backend.port === undefined) return []
      const isPort = service.spec.ports.some(
        ({ port, name }) =>
          port === backend.port || (name !== undefined && name !== '' && name === backend.port),
      )
      return isPort ? [] : [finding(item, service, network)]
    })
  },
})

function finding({ location, backend }: NamedBackend, service: Service, network: Network): FindingDraft {
  const reference = referenceTo(location.ingress)
  const ports = service.spec.ports.map(({ port, name }) =>
    name === undefined || name === '' ? say`${port}` : say`${port} (${name})`,
  )
  const behind = service.spec.ports.filter(
    ({ port, targetPort }) => String(targetPort ?? port) === String(backend.port),
  )
  const [meant] = behind.length > 0 ? behind : service.spec.ports.length === 1 ? service.spec.ports : []
  const isTaken = network.routes.fate(backend).is === 'continues'
  const has = ports.length === 0 ? say`it has no ports` : say`it has ${listed(ports)}`
  return {
    proof: 'proven',
    severity: isTaken ? 'warning' : 'error',
    place: place.routeBackend(reference, backend),
    summary: say`${reference} sends ${location.route.title} to port ${String(backend.port)} of ${referenceTo(service)}, which is no port of it: ${has}`,
    detail: isTaken
      ? say`ingress-nginx takes a targetPort for the port, so requests pass; no other controller does.`
      : say`${clientsGet('port-missing', location.serving)}.`,
    evidence: [
      { reference, field: `${backend.field}.port`, value: backend.port },
      ...service.spec.ports.map(({ port }, index) => ({
        reference: referenceTo(service),
        field: `spec.ports[${index}].port`,
        value: port,
      })),
    ],
    ...(meant === undefined
      ? { advice: [say`Name a port of ${referenceTo(service)}, or add port ${String(backend.port)} to it`] }
      : { fix: fix(reference, backend.field, meant.port, behind.length > 0) }),
  }
}

function fix(reference: ObjectReference, field: string, port: number, isBehind: boolean): Fix {
  return {
    edits: [
      {
        kind: 'patch',
        reference,
        operations: [{ op: 'replace', path: pointer(...steps(field), 'port'), value: { number: port } }],
      },
    ],
    note: isBehind
      ? say`Names the port of the Service in front of that targetPort.`
      : say`Names the only port of the Service.`,
  }
}
