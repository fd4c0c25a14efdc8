import { nginxPrefix } from '../../network/routes/ingress/annotations.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say, type Text } from '../text.ts'
import { meantBy, ofIngressNginx, ofTraefik } from './known-annotations.ts'
import { nginxReader, readerName, severityFor } from './nginx.ts'

export default defineRule({
  id: 'ingress/unknown-annotation',
  title: 'Annotation that the controller does not know',
  subject: 'Ingress',
  severity: 'warning',
  docs: {
    means:
      'It does nothing: no limit, no redirect, no error either. Whoever wrote it believes that it works.',
    why: 'A slip in the name, the name of a directive of nginx instead of the annotation, or one that only another controller has.',
    proof:
      'The name under `nginx.ingress.kubernetes.io/`, and the closed lists of ingress-nginx up to its last release and of Traefik’s provider.',
    fix: 'The annotation of the right name: `limit-rps` or `limit-rpm` for `rate-limit`.',
    falseAlarmWhen:
      'A fork of the controller may know more. Where the controller is not one of the two, it is silent; where nobody serves the Ingress, it is a note.',
  },
  check(ingress, network) {
    const reader = nginxReader(ingress, network)
    if (reader === undefined) return undefined
    const known = reader.controller?.dialect === 'traefik-nginx' ? ofTraefik : ofIngressNginx
    const names = Object.keys(ingress.metadata.annotations)
      .filter((name) => name.startsWith(nginxPrefix))
      .map((name) => name.slice(nginxPrefix.length))
      .filter((name) => !known.has(name))
      .sort()
    if (names.length === 0) return undefined
    const reference = referenceTo(ingress)
    return {
      proof: 'proven',
      severity: severityFor(reader, 'warning'),
      place: `${place.route(reference)} annotations`,
      summary: say`${reference} has ${listed(names.map((name) => say`${nginxPrefix}${name}`))}, which ${readerName(reader)} does not know: ${names.length === 1 ? say`it does` : say`they do`} nothing`,
      evidence: names.map((name) => ({
        reference,
        field: `metadata.annotations[${nginxPrefix}${name}]`,
        value: ingress.metadata.annotations[`${nginxPrefix}${name}`],
      })),
      advice: names.slice(0, 5).map((name) => instead(name, known)),
    }
  },
})

function instead(name: string, known: ReadonlySet<string>): Text {
  const meant = (meantBy.get(name) ?? nearest(name, [...known])).filter((item) => known.has(item))
  if (meant.length > 0)
    return say`Instead of ${name}: ${listed(
      meant.slice(0, 2).map((item) => say`${nginxPrefix}${item}`),
      'or',
    )}`
  return ofIngressNginx.has(name)
    ? say`ingress-nginx has ${name}, this controller has nothing like it`
    : say`No annotation is like ${name}: remove it`
}
