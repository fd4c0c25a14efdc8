import { whole } from '../../network/inventory/read.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { controllerOf, productWords } from './backends.ts'

/** Certificates that a cloud brings, so that no Secret is looked for. */
const ofClouds = [
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'networking.gke.io/managed-certificates',
  'alb.ingress.kubernetes.io/certificate-arn',
  'appgw.ingress.kubernetes.io/appgw-ssl-certificate',
]

const issuers = ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer', 'kubernetes.io/tls-acme']

export default defineRule({
  id: 'ingress/tls-secret-missing',
  title: 'TLS Secret of an Ingress that does not exist',
  subject: 'Ingress',
  severity: 'error',
  docs: {
    means:
      'The controller serves its default certificate instead, which no client trusts: browsers warn, and programs break the connection.',
    why: 'The Secret was made in another namespace or never, or the issuer that should make it does not come to an end.',
    proof: '`spec.tls[].secretName`, and a read of that Secret by its name.',
    fix: 'Make the Secret in the namespace of the Ingress, or look why its issuer does not.',
    falseAlarmWhen:
      'No secretName is set, a cloud brings the certificate, or Secrets were not read: then it is silent, or unknown. The command `ingress` asks for the Secrets that it needs.',
  },
  check(ingress, network) {
    const { annotations, namespace = '' } = ingress.metadata
    if (ofClouds.some((name) => annotations[name] !== undefined)) return undefined
    const serving = network.routes.controllers.forIngress(ingress)
    if (serving.is === 'served' && serving.controller.isOutside) return undefined
    const reference = referenceTo(ingress)
    const isUnserved = serving.is !== 'served'
    return ingress.spec.tls.flatMap(({ secretName, hosts }, index) => {
      if (secretName === undefined || secretName === '') return []
      const read = network.inventory.get('Secret', namespace, secretName)
      // A Secret that nobody asked for is no doubt.
      if (read.items.length > 0 || read.gaps.some(({ why }) => why === 'not-asked')) return []
      whole(read)
      const issuer = issuers.find((name) => annotations[name] !== undefined)
      const product = productWords(controllerOf(serving))
      return [
        {
          proof: 'proven' as const,
          severity: isUnserved ? ('note' as const) : ('error' as const),
          place: `${place.route(reference)} tls ${secretName}`,
          summary: say`${reference} takes its certificate for ${hosts.length === 0 ? say`its hosts` : listed(hosts.slice(0, 3).map((host) => say`${host}`))} from Secret ${secretName}, which does not exist in ${namespace}: ${product} serves its default one`,
          evidence: [{ reference, field: `spec.tls[${index}].secretName`, value: secretName }],
          advice:
            issuer === undefined
              ? [say`kubectl -n ${namespace} create secret tls ${secretName} --cert=FILE --key=FILE`]
              : [
                  say`cert-manager is to make it: kubectl -n ${namespace} get certificate,certificaterequest,order,challenge`,
                ],
        },
      ]
    })
  },
})
