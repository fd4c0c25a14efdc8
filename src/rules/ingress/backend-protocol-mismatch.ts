import { nginxAnnotation, nginxPrefix } from '../../network/routes/ingress/annotations.ts'
import { place } from '../../network/traffic/place.ts'
import type { ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { backendsOf } from './backends.ts'
import { nginxReader, readerName, severityFor } from './nginx.ts'

export default defineRule({
  id: 'ingress/backend-protocol-mismatch',
  title: 'Proxy that speaks another protocol than the backend says',
  subject: 'Ingress',
  severity: 'error',
  docs: {
    means: 'Plain HTTP to a port that speaks TLS is answered with 400, TLS to a plain port ends in 502.',
    why: 'ingress-nginx and Traefik in its place go by the annotation `backend-protocol` alone; `appProtocol` and the name of the port mean nothing to them.',
    proof: 'The annotation, HTTP where there is none, beside `appProtocol` of the Service port, or its name.',
    fix: 'The annotation with the protocol of the port.',
    falseAlarmWhen:
      'The number of a port says nothing. By the name alone it is a warning. With a mesh in front of the pods the port may be plain after all.',
  },
  check(ingress, network) {
    const reader = nginxReader(ingress, network)
    if (reader?.controller === undefined) return undefined
    const written = nginxAnnotation(ingress, 'backend-protocol')
    const speaks = (written ?? 'HTTP').toUpperCase()
    if (!['HTTP', 'HTTPS', 'GRPC', 'GRPCS'].includes(speaks)) return undefined
    const usesTls = speaks.endsWith('S')
    const reference = referenceTo(ingress)
    return backendsOf(ingress, network).flatMap(({ backend, location }) => {
      const fate = network.routes.fate(backend)
      if (fate.is === 'ends' || fate.port === undefined) return []
      const said = protocolOf(fate.port)
      if (said === undefined || said.isTls === usesTls) return []
      const index = fate.service.spec.ports.indexOf(fate.port)
      const field = `spec.ports[${index}].${said.by}`
      return [
        {
          proof: 'likely' as const,
          severity: severityFor(reader, said.by === 'appProtocol' ? 'error' : 'warning'),
          place: `${place.routeBackend(reference, backend)} protocol`,
          summary: say`${readerName(reader)} speaks ${speaks} to ${referenceTo(fate.service)} for ${location.route.title}, and that port says ${said.value}`,
          evidence: [
            { reference, field: `metadata.annotations[${nginxPrefix}backend-protocol]`, value: written },
            { reference: referenceTo(fate.service), field, value: said.value },
          ],
          advice: [
            say`kubectl -n ${backend.namespace} annotate --overwrite ingress ${reference.name} ${nginxPrefix}backend-protocol=${said.isTls ? 'HTTPS' : 'HTTP'}`,
          ],
        },
      ]
    })
  },
})

interface Said {
  readonly isTls: boolean
  readonly by: 'appProtocol' | 'name'
  readonly value: string
}

/** What a port says of its protocol: as HTTP or HTTPS, or nothing that is known. */
function protocolOf({ appProtocol, name }: ServicePort): Said | undefined {
  if (appProtocol !== undefined) {
    const value = appProtocol.toLowerCase()
    if (value === 'https' || value === 'kubernetes.io/wss') return { isTls: true, by: 'appProtocol', value }
    return value === 'http' || value === 'kubernetes.io/ws'
      ? { isTls: false, by: 'appProtocol', value }
      : undefined
  }
  return name !== undefined && /^https(?:-|$)/.test(name)
    ? { isTls: true, by: 'name', value: name }
    : undefined
}
