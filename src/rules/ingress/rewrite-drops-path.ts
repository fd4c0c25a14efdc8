import { nginxAnnotation, nginxPrefix } from '../../network/routes/ingress/annotations.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { locationsOf } from './backends.ts'
import { nginxReader, severityFor } from './nginx.ts'

export default defineRule({
  id: 'ingress/rewrite-drops-path',
  title: 'Rewrite to a constant, so that everything below the path is lost',
  subject: 'Ingress',
  severity: 'warning',
  docs: {
    means:
      'Every request below the path reaches the application as the same one: `/payments/42` becomes `/`.',
    why: 'The target of the rewrite was copied from an example for a single page; a prefix is cut off with a group.',
    proof: 'The annotation `rewrite-target` without any `$N`, on a path of type Prefix other than `/`.',
    fix: 'A path such as `/payments(/|$)(.*)` with pathType ImplementationSpecific, and the target `/$2`.',
    falseAlarmWhen:
      'The application has one page only. Exact paths have nothing below them, and for other controllers the annotation means nothing: then it is silent.',
  },
  check(ingress, network) {
    const reader = nginxReader(ingress, network)
    const target = nginxAnnotation(ingress, 'rewrite-target')
    if (reader === undefined || target === undefined || target === '' || target.includes('$'))
      return undefined
    if (/^https?:/.test(target)) return undefined
    const paths = locationsOf(ingress, network).filter(
      ({ path, pathType, isDefault }) =>
        !isDefault && pathType !== 'Exact' && path !== '/' && path !== target,
    )
    const [first] = paths
    if (first === undefined) return undefined
    const reference = referenceTo(ingress)
    const plain = /^[\w./-]*/.exec(first.path)?.[0]?.replace(/\/$/, '') ?? ''
    return {
      proof: 'likely',
      severity: severityFor(reader, 'warning'),
      place: `${place.route(reference)} rewrite`,
      summary: say`${reference} rewrites everything below ${listed(paths.map(({ path }) => say`${path}`))} to ${target}: the application never sees the rest of the path`,
      evidence: [
        { reference, field: `metadata.annotations[${nginxPrefix}rewrite-target]`, value: target },
        ...paths.map(({ route, path }) => ({ reference, field: `${route.field}.path`, value: path })),
      ],
      advice: [
        say`Path ${`${plain}(/|$)(.*)`} with pathType ImplementationSpecific, and rewrite-target ${'/$2'}`,
      ],
    }
  },
})
