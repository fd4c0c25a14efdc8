import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kindNames, kinds, parseObject } from '../../src/snapshot/kinds/kinds.ts'
import { recording, recordings } from '../recorded/recording.ts'

const again = (object: unknown): unknown => parseObject(JSON.parse(JSON.stringify(object)))

describe('a parsed object, written as JSON and parsed again', () => {
  test.each(recordings)('is the same in %s', (path) => {
    for (const object of recording(path).objects) expect(again(object)).toEqual(object)
  })

  test('is the same for any JSON, which never makes it throw', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kindNames), shaped(5), (name, json) => {
        const { group, versions } = kinds[name]
        const apiVersion = [group, versions[0]].filter((part) => part !== '').join('/')
        const fields = typeof json === 'object' && json !== null ? json : {}
        const value = { metadata: { name: 'x' }, ...fields, apiVersion, kind: name }
        const object = parseObject(value)
        if (object !== undefined) expect(again(object)).toEqual(object)
      }),
      { numRuns: 3000 },
    )
  })

  test('keeps the selector of a ReplicationController, and labels that are called like its parts', () => {
    const controller = (selector: unknown) =>
      parseObject({
        apiVersion: 'v1',
        kind: 'ReplicationController',
        metadata: { name: 'x' },
        spec: { selector },
      })
    for (const selector of [{ app: 'web' }, { matchLabels: 'web', app: 'a' }]) {
      const object = controller(selector)
      expect(again(object)).toEqual(object)
      expect(object).toMatchObject({ spec: { selector: { matchLabels: selector } } })
    }
  })

  test('keeps labels that are called like parts of the language', () => {
    const labels = '{"constructor":"a","__proto__":"b","toString":"c"}'
    const object = parseObject(
      JSON.parse(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","labels":${labels}}}`),
    )
    expect(JSON.stringify(object?.metadata.labels)).toBe(labels)
    expect(again(object)).toEqual(object)
  })
})

/** JSON with the names of fields that are read, holding values of any type. */
function shaped(depth: number): fc.Arbitrary<unknown> {
  const field = fc.constantFrom(...fields)
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      8080,
      -1,
      1.5,
      '',
      'a',
      '80',
      '2026-01-01T00:00:00Z',
      [],
      {},
    ),
    fc.jsonValue({ maxDepth: 1 }),
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: depth },
      leaf,
      fc.dictionary(field, tie('value'), { maxKeys: 6, noNullPrototype: true }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }))
  return fc.dictionary(field, value, { maxKeys: 6, noNullPrototype: true })
}

const fields = (
  'metadata name namespace labels annotations ownerReferences managedFields fieldsV1 f:metadata f:labels f:app f:spec f:replicas spec status template ' +
  'containers initContainers env value valueFrom configMapKeyRef ports port targetPort containerPort selector matchLabels ' +
  'matchExpressions values key operator replicas conditions addresses ip podIP podIPs podCIDR podCIDRs endpoints targetRef hints ' +
  'forZones subsets data webhooks clientConfig service rules http paths backend backendRefs parentRefs hostnames volumes configMap ' +
  'projected sources items secret secretName strategy updateStrategy jobTemplate state waiting terminated exec command httpGet ' +
  'resources limits requests dnsConfig nameservers options hostAliases readinessGates loadBalancer ingress tls hosts series'
).split(' ')
