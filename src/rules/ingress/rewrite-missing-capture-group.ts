import { nginxAnnotation, nginxPrefix } from '../../network/routes/ingress/annotations.ts'
import { refusalOf } from '../../network/routes/ingress/refusal.ts'
import { groupsOf, highestGroup } from '../../network/routes/ingress/regex.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, say, word } from '../text.ts'
import { locationsOf } from './backends.ts'
import { nginxReader, severityFor } from './nginx.ts'

export default defineRule({
  id: 'ingress/rewrite-missing-capture-group',
  title: 'Rewrite that asks for a group which the path does not have',
  subject: 'Ingress',
  severity: 'error',
  docs: {
    means:
      'A group that is not there is empty: whatever is asked for below the path, the application sees only what else the target says, mostly `/`, and answers 404 or its start page.',
    why: 'One Ingress holds paths with two groups and one with a single group or none, and the annotation counts for all of them.',
    proof: '`$N` in the annotation `rewrite-target`, and the groups of each path; `(?:` makes no group.',
    fix: 'Give the path the missing group, or move it into an Ingress of its own without the rewrite.',
    falseAlarmWhen:
      'Another controller serves the Ingress, the target has no `$`, or the pattern is one that is not evaluated here. For the path `/` alone it is a warning: `/` may be what is wanted. Where nobody reads the annotation, it is a note.',
  },
  check(ingress, network) {
    const reader = nginxReader(ingress, network)
    const target = nginxAnnotation(ingress, 'rewrite-target')
    if (reader === undefined || target === undefined) return undefined
    const highest = highestGroup(target)
    if (highest === 0) return undefined
    const reference = referenceTo(ingress)
    const isLeftOut = reader.controller !== undefined && refusalOf(ingress, reader.controller) !== undefined
    return locationsOf(ingress, network).flatMap(({ path, route, isDefault }) => {
      const groups = isDefault ? undefined : groupsOf(path)
      if (groups === undefined || groups >= highest) return []
      const sees = target.replaceAll(/\$(\d)/g, (text, digit: string) => (Number(digit) > groups ? '' : text))
      return [
        {
          proof: 'proven' as const,
          severity: severityFor(reader, path === '/' || isLeftOut ? 'warning' : 'error'),
          place: `${place.route(reference)} ${route.field}`,
          alsoAt: [
            place.route(reference),
            ...route.backends.map((backend) => place.routeBackend(reference, backend)),
          ],
          summary: say`${reference} rewrites ${route.title} to ${target}, and that path has ${groups === 0 ? word('no group') : counted(groups, 'group')}: the application is always asked for ${sees === '' ? 'nothing' : sees}`,
          detail: say`$${String(highest)} is empty there.`,
          evidence: [
            { reference, field: `metadata.annotations[${nginxPrefix}rewrite-target]`, value: target },
            { reference, field: `${route.field}.path`, value: path },
          ],
          advice: [
            say`Write the path with ${word(String(highest))} groups, such as ${withGroups(path, highest)}`,
            say`Or move it into an Ingress of its own, without the annotation`,
          ],
        },
      ]
    })
  },
})

/** The same plain beginning with as many groups as the target asks for. */
function withGroups(path: string, wanted: number): string {
  const plain = (/^[\w./-]*/.exec(path)?.[0] ?? '/').replace(/\/$/, '')
  return wanted === 1 ? `${plain}/(.*)` : `${plain}(/|$)(.*)`
}
