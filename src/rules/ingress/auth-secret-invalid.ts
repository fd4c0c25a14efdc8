import { whole } from '../../network/inventory/read.ts'
import { nginxAnnotation, nginxPrefix } from '../../network/routes/ingress/annotations.ts'
import { type Authentication, basicAuthentication } from '../../network/routes/ingress/authentication.ts'
import { refusalOf } from '../../network/routes/ingress/refusal.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { clientsGet } from './backends.ts'
import { nginxReader, severityFor } from './nginx.ts'

export default defineRule({
  id: 'ingress/auth-secret-invalid',
  title: 'Secret for basic authentication that is missing or unusable',
  subject: 'Ingress',
  severity: 'error',
  explains: ['authentication-broken'],
  docs: {
    means:
      'The controller closes the paths for everybody: ingress-nginx answers 503, Traefik drops the paths and answers 404.',
    why: 'The Secret was made in another namespace, has the file under another key than `auth`, or was never made.',
    proof:
      'The annotations `auth-type`, `auth-secret` and `auth-secret-type`, and existence and keys of the Secret; its values are never looked at.',
    fix: 'Make the Secret in the namespace of the Ingress, with the htpasswd file under the key `auth`.',
    falseAlarmWhen: 'No `auth-type` is set, or Secrets were not read: then it is silent, or unknown.',
  },
  check(ingress, network) {
    const reader = nginxReader(ingress, network)
    if (reader === undefined) return undefined
    const options = reader.controller?.instance?.options
    const allowsOthers =
      options?.get('providers.kubernetesingressnginx.allowcrossnamespaceresources') === 'true'
    const state = basicAuthentication(ingress, network.inventory, allowsOthers)
    if (state.is === 'unknown' && state.gaps.some(({ why }) => why !== 'not-asked'))
      whole({ items: [], gaps: state.gaps })
    if (state.is !== 'broken') return undefined
    // What rests on absence is said so.
    if (state.secret !== undefined)
      whole(network.inventory.get('Secret', state.secret.namespace, state.secret.name))
    const reference = referenceTo(ingress)
    const serving = network.routes.controllers.forIngress(ingress)
    const field = `metadata.annotations[${nginxPrefix}${state.annotation}]`
    const isLeftOut = reader.controller !== undefined && refusalOf(ingress, reader.controller) !== undefined
    return {
      proof: 'proven',
      severity: severityFor(reader, isLeftOut ? 'warning' : 'error'),
      place: place.route(reference),
      summary: say`${reference} asks for credentials, and ${trouble(state)}${reader.controller === undefined ? say`` : say`: ${clientsGet('authentication-broken', serving)}`}`,
      evidence: [{ reference, field, value: nginxAnnotation(ingress, state.annotation) }],
      advice: [advice(state, ingress.metadata.namespace ?? '')],
    }
  },
})

type Broken = Extract<Authentication, { is: 'broken' }>

function trouble({ why, secret, annotation }: Broken): Text {
  const { namespace = '', name = '', key = '' } = secret ?? {}
  switch (why) {
    case 'no-secret-named':
      return say`names no Secret in ${nginxPrefix}auth-secret`
    case 'missing':
      return say`Secret ${name} does not exist in ${namespace}`
    case 'key-missing':
      return key === '' ? say`Secret ${name} is empty` : say`Secret ${name} has no key ${key}`
    case 'other-namespace':
      return say`Secret ${name} is of namespace ${namespace}: only Secrets of the Ingress's own namespace may be named`
    case 'invalid':
      return say`the value of ${annotation} is none that the controller knows`
  }
}

function advice({ why, secret }: Broken, own: string): Text {
  const name = secret?.name ?? 'NAME'
  return why === 'invalid' || why === 'no-secret-named'
    ? say`auth-type is basic or digest, auth-secret-type is auth-file or auth-map, auth-secret names a Secret`
    : say`htpasswd -c auth USER; kubectl -n ${own} create secret generic ${name} --from-file=auth`
}
