import { nginxAnnotation, nginxPrefix } from '../../network/routes/ingress/annotations.ts'
import { refusalOf } from '../../network/routes/ingress/refusal.ts'
import { isAtLeast } from '../../network/routes/products.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { configurationOf } from './configuration.ts'
import { nginxReader } from './nginx.ts'

const snippets = [
  'server-snippet',
  'configuration-snippet',
  'auth-snippet',
  'stream-snippet',
  'modsecurity-snippet',
]

export default defineRule({
  id: 'ingress/annotation-rejected',
  title: 'Snippet that the controller does not allow',
  subject: 'Ingress',
  severity: 'warning',
  explains: ['refused-by-controller'],
  docs: {
    means:
      'Traefik leaves out the whole Ingress, so that clients get 404; ingress-nginx leaves out the snippet, and refuses the object when it is applied again.',
    why: 'Snippets are switched off by default, in ingress-nginx since 1.9, because they let the author of an Ingress change the whole proxy.',
    proof: 'The annotation, and the flag or the ConfigMap of the controller that runs.',
    fix: 'Use an annotation made for the purpose, or allow snippets in the configuration of the controller.',
    falseAlarmWhen: 'The configuration allows snippets, or cannot be read: then it is silent, or unknown.',
  },
  check(ingress, network) {
    const reader = nginxReader(ingress, network)
    const { controller } = reader ?? {}
    if (controller === undefined) return undefined
    const name = snippets.find((item) => (nginxAnnotation(ingress, item) ?? '') !== '')
    if (name === undefined) return undefined
    const reference = referenceTo(ingress)
    const field = `metadata.annotations[${nginxPrefix}${name}]`
    const common = {
      proof: 'proven' as const,
      place: place.route(reference),
      evidence: [{ reference, field, value: 'a snippet' }],
    }
    const refusal = refusalOf(ingress, controller)
    if (refusal?.why === 'snippet')
      return {
        ...common,
        severity: 'error',
        summary: say`${reference} has the annotation ${name}, and Traefik leaves out Ingresses with snippets: clients get 404`,
        advice: [
          say`Remove the annotation, or start Traefik with --providers.kubernetesingressnginx.allowsnippetannotations=true`,
        ],
      }
    if (controller.dialect !== 'ingress-nginx' || isAtLeast(controller.version, '1.9') !== true)
      return undefined
    const written = configurationOf(controller, 'allow-snippet-annotations', network)
    if (written === undefined || written === 'true') return undefined
    return {
      ...common,
      summary: say`${reference} has the annotation ${name}, which ingress-nginx ignores: snippets are not allowed`,
      advice: [
        say`Use an annotation made for the purpose, or set allow-snippet-annotations: "true" in the ConfigMap of the controller`,
      ],
    }
  },
})
