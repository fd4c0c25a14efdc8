import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { isRegexUnderPlainType, nginxAnnotation } from '../../network/routes/ingress/annotations.ts'
import type { Location } from '../../network/routes/ingress/locations.ts'
import { refusalOf } from '../../network/routes/ingress/refusal.ts'
import { isAtLeast } from '../../network/routes/products.ts'
import { place } from '../../network/traffic/place.ts'
import type { Ingress } from '../../snapshot/kinds/ingress.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Fix, Severity } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, say, type Text } from '../text.ts'
import { locationsOf } from './backends.ts'
import { type NginxReader, nginxReader, severityFor } from './nginx.ts'

export default defineRule({
  id: 'ingress/regex-with-prefix-path-type',
  title: 'Regular expression under pathType Prefix or Exact',
  subject: 'Ingress',
  severity: 'error',
  explains: ['refused-by-controller'],
  docs: {
    means:
      'Prefix and Exact mean the path as it is written. Traefik leaves out the whole Ingress, and ingress-nginx from 1.12 on refuses it when it is applied; other controllers wait for a path with these very characters.',
    why: 'Older versions of ingress-nginx took the text for a pattern, and many examples still show it.',
    proof:
      '`path` with characters that only a pattern has, beside its `pathType`, and the controller that runs with its version and flags.',
    fix: '`pathType: ImplementationSpecific`, for controllers that know patterns; plain prefixes for the others.',
    falseAlarmWhen:
      'Dots, dashes and the like are plain characters. ingress-nginx serves what is in the cluster already: then it is a warning for the next apply, and a note where nobody serves the Ingress.',
  },
  check(ingress, network) {
    const serving = network.routes.controllers.forIngress(ingress)
    const reader = nginxReader(ingress, network)
    if (reader === undefined && serving.is !== 'served') return undefined
    const paths = locationsOf(ingress, network).filter((location) => isWrong(location, reader))
    const [first] = paths
    if (first === undefined) return undefined
    const reference = referenceTo(ingress)
    const { severity, means } = judged(ingress, first, reader, network)
    return {
      proof: 'proven',
      severity,
      place: place.route(reference),
      summary: say`${reference} has ${first.path} under pathType ${first.pathType}${more(paths.length)}: ${means}`,
      detail: say`Only pathType ImplementationSpecific lets a controller take a path for a pattern.`,
      evidence: paths.flatMap(({ route, path, pathType }) => [
        { reference, field: `${route.field}.path`, value: path },
        { reference, field: `${route.field}.pathType`, value: pathType },
      ]),
      ...(reader === undefined
        ? { advice: [say`Write a plain prefix, such as ${plainPart(first.path)}`] }
        : { fix: fix(ingress, paths) }),
    }
  },
})

/** What no plain path has. */
const patternOnly = /[()[\]{}|*?^$\\]/

function isWrong({ path, pathType, isDefault }: Location, reader: NginxReader | undefined): boolean {
  if (isDefault || !isRegexUnderPlainType(path, pathType)) return false
  return reader?.controller?.dialect === 'traefik-nginx' || patternOnly.test(path)
}

const more = (number: number): Text =>
  number === 1 ? say`` : say` and ${counted(number - 1, 'more such path')}`

const plainPart = (path: string): string => /^[\w./-]*/.exec(path)?.[0] || '/'

function judged(
  ingress: Ingress,
  { host, serving }: Location,
  reader: NginxReader | undefined,
  network: Network,
): { readonly severity: Severity; readonly means: Text } {
  const asPattern = nginxAnnotation(ingress, 'use-regex') === 'true'
  if (reader?.atMost !== undefined)
    return {
      severity: severityFor(reader, 'error'),
      means: say`ingress-nginx refuses that from 1.12 on, and so does Traefik in its place`,
    }
  const controller = serving.is === 'served' ? serving.controller : undefined
  if (controller !== undefined && refusalOf(ingress, controller) !== undefined)
    return { severity: 'error', means: say`Traefik leaves out the whole Ingress, and clients get 404` }
  const isPattern = network.routes.ingress.table(serving)?.regexHosts.has(host ?? '') === true
  if (controller?.dialect === 'ingress-nginx' && (isPattern || asPattern)) {
    const isStrict = isAtLeast(controller.version, '1.12') !== false
    return {
      severity: isStrict ? 'warning' : 'note',
      means: isStrict
        ? say`ingress-nginx serves it as it is, and refuses its next change (strict-validate-path-type)`
        : say`ingress-nginx ${controller.version ?? ''} takes it for a pattern, and 1.12 refuses it`,
    }
  }
  return { severity: 'error', means: say`it is taken word for word, so no request matches it` }
}

function fix(ingress: Ingress, paths: readonly Location[]): Fix {
  return {
    edits: [
      {
        kind: 'patch',
        reference: referenceTo(ingress),
        operations: paths.map(({ route }) => {
          const [, r = '', p = ''] = /rules\[(\d+)\]\.http\.paths\[(\d+)\]/.exec(route.field) ?? []
          return {
            op: 'replace' as const,
            path: pointer('spec', 'rules', Number(r), 'http', 'paths', Number(p), 'pathType'),
            value: 'ImplementationSpecific',
          }
        }),
      },
    ],
    note: say`Lets the controller take these paths for patterns.`,
  }
}
