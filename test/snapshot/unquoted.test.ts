import { expect, test } from 'vitest'
import { loadFiles } from '../../src/snapshot/files/load.ts'

const load = (content: string) =>
  loadFiles([{ file: 'web.yaml', content }], { isComplete: false, defaultNamespace: 'shop' })

const service = (spec: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: ${spec}\n`

test('a selector value that is no string is kept as text, and said', () => {
  const { snapshot, warnings } = load(service('{ selector: { app: web, version: 2 } }'))
  expect(warnings).toEqual([
    'web.yaml: document 1: Service web: spec.selector.version (2) is not a string; the API server refuses it: put it in quotes',
  ])
  expect(snapshot.objects[0]).toMatchObject({ spec: { selector: { app: 'web', version: '2' } } })
})

test('quoted values are not warned about', () => {
  expect(load(service('{ selector: { app: web, version: "2" } }')).warnings).toEqual([])
})

test.each([
  ['yes', true],
  ['On', true],
  ['true', true],
  ['no', false],
  ['OFF', false],
])('%s is the truth value that kubectl reads', (word, value) => {
  const { snapshot } = load(service(`{ publishNotReadyAddresses: ${word} }`))
  expect(snapshot.objects[0]).toMatchObject({ spec: { publishNotReadyAddresses: value } })
})

test.each([
  ['kind: Deployment', 'Deployment has no apiVersion and is left out'],
  [
    'apiVersion: extensions/v1beta1\nkind: Ingress',
    'Ingress of extensions/v1beta1, which no cluster serves since 1.22, is left out',
  ],
])('%j is left out with a warning', (head, warning) => {
  const { warnings } = load(`${head}\nmetadata: { name: web }\n---\n${service('{}')}`)
  expect(warnings).toEqual([`web.yaml: document 1: ${warning}`])
})
