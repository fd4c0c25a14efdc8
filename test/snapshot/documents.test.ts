import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFile } from '../../src/snapshot/files/documents.ts'
import { jsonPod, keysOf, loaded, pod } from './files.ts'

const pods = (...names: readonly string[]) => names.map((name) => `Pod/a/${name}`)

describe('a file', () => {
  test.each<[string, string, readonly string[]]>([
    ['one document', pod('x'), pods('x')],
    ['many documents', `${pod('x')}---\n${pod('y')}`, pods('x', 'y')],
    [
      'a separator first, comments and empty documents',
      `# head\n---\n${pod('x')}---\n---\n# none\n---\n${pod('y')}---\n`,
      pods('x', 'y'),
    ],
    [
      'a directive and document ends',
      `%YAML 1.2\n---\n${pod('x')}...\n---\n${pod('y')}...\n`,
      pods('x', 'y'),
    ],
    ['CRLF', `${pod('x')}---\n${pod('y')}`.replaceAll('\n', '\r\n'), pods('x', 'y')],
    ['a comment behind the separator', `--- # first\n${pod('x')}--- # second\n${pod('y')}`, pods('x', 'y')],
    ['JSON', JSON.stringify(jsonPod('x')), pods('x')],
    [
      'JSON values one after the other',
      `${JSON.stringify(jsonPod('x'), null, 2)}\n${JSON.stringify(jsonPod('{"y'))}`,
      pods('x', '{"y'),
    ],
    [
      'JSON documents between separators',
      `${JSON.stringify(jsonPod('x'))}\n---\n${JSON.stringify(jsonPod('y'))}`,
      pods('x', 'y'),
    ],
    ['an array', JSON.stringify([jsonPod('x'), null, 3, jsonPod('y')]), pods('x', 'y')],
    [
      'a v1 List',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [jsonPod('x'), null, jsonPod('y')] }),
      pods('x', 'y'),
    ],
    [
      'a typed list, whose items say no kind',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'PodList',
        items: [{ metadata: { name: 'x', namespace: 'a' } }],
      }),
      pods('x'),
    ],
    [
      'a list in a list',
      JSON.stringify({
        kind: 'List',
        items: [{ apiVersion: 'v1', kind: 'PodList', items: [{ ...jsonPod('x'), kind: null }] }],
      }),
      pods('x'),
    ],
    [
      'a YAML List',
      `apiVersion: v1\nkind: List\nitems:\n- ${pod('x').trimEnd().replaceAll('\n', '\n  ')}\n`,
      pods('x'),
    ],
    [
      'anchors and merge keys',
      `apiVersion: v1\nkind: Pod\nmetadata: &m\n  name: x\n  namespace: a\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  <<: &n {namespace: a}\n  name: y\n`,
      pods('x', 'y'),
    ],
    [
      'flow YAML with a trailing comma',
      '{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: a,},}',
      pods('x'),
    ],
    ['custom tags', pod('x', 'spec: !Ref {nodeName: !!binary aGk=}\n'), pods('x')],
  ])('with %s gives its objects', (_, content, expected) => {
    expect(keysOf(content)).toEqual(expected)
    expect(loaded({ 'a.yaml': content }).warnings).toEqual([])
  })

  test.each<[string, string]>([
    ['null items', '{"kind": "List", "items": null}'],
    ['no document', ''],
    ['only comments', '# a\n---\n# b\n'],
    ['a scalar', 'hello'],
    ['null', 'null'],
    ['no kind', 'replicas: 2\nimage: {tag: x}\n'],
  ])('with %s gives no objects and does not fail', (_, content) => {
    expect(keysOf(`${pod('x')}---\n${content}`)).toEqual(pods('x'))
    expect(parseFile('a.yaml', content).warnings).toEqual([])
  })
})

describe('a broken document', () => {
  test.each<[string, string, RegExp]>([
    [
      'an unclosed quote',
      `name: "hunter2\n`,
      /^a\.yaml:\d+:\d+: document 2 is not valid YAML and is left out: Missing closing "quote$/,
    ],
    ['an unclosed brace', `name: {hunter2\n`, /^a\.yaml:\d+:\d+: document 2 is not valid YAML/],
    ['wrong indentation', `metadata:\n  name: y\n kind: Pod\n`, /^a\.yaml:\d+:\d+: document 2/],
    ['a tab', `metadata:\n\tname: y\n`, /^a\.yaml:8:1: document 2 .*Tabs are not allowed as indentation$/],
    ['an alias without anchor', `a: *b\n`, /^a\.yaml:7:1: document 2 .*Unresolved alias/],
    [
      'a template',
      `metadata:\n  name: {{ .Values.name }}\n`,
      /^a\.yaml:8:\d+: document 2 .*looks like a template/,
    ],
    [
      'broken JSON',
      `{"password": "hunter2" "b": 1}\n`,
      /^a\.yaml:7:\d+: document 2 is not valid JSON and is left out/,
    ],
    ['NUL and control characters', `name: x\u0000: y: z\n`, /^a\.yaml:\d+:\d+: document 2/],
  ])('with %s is named by file and line, and the others are used', (_, broken, warning) => {
    const { warnings, snapshot } = loaded({ 'a.yaml': `${pod('x')}---\n${broken}---\n${pod('z')}` })
    expect(snapshot.objects.map(({ metadata }) => metadata.name)).toEqual(['x', 'z'])
    expect(warnings).toEqual([expect.stringMatching(warning)])
    expect(warnings.join()).not.toContain('hunter2')
  })

  test('of a truncated dump is named, and nothing of it is used', () => {
    const content = JSON.stringify({ kind: 'List', items: [jsonPod('x'), jsonPod('y')] }, null, 2).slice(
      0,
      -40,
    )
    expect(() => loaded({ 'dump.json': content })).toThrow(
      /dump\.json:\d+:\d+: document 1 is not valid JSON and is left out/,
    )
  })

  test('that is large and truncated costs no minutes', () => {
    const items = Array.from({ length: 60_000 }, (_, index) => jsonPod(`pod-${index}`))
    const content = JSON.stringify({ kind: 'List', items }).slice(0, -10)
    const { objects, warnings } = parseFile('dump.json', content)
    expect(objects).toEqual([])
    expect(warnings).toEqual([expect.stringMatching(/^dump\.json:1:\d+: document 1 is not valid JSON/)])
  })

  test('is summed up when there are many', () => {
    const { warnings } = parseFile('a.yaml', `${'a: "\n---\n'.repeat(50)}${pod('x')}`)
    expect(warnings).toHaveLength(21)
    expect(warnings.at(-1)).toBe('a.yaml: 30 more documents like these')
  })
})

describe('equal keys', () => {
  test('the last one counts, with a warning that says where', () => {
    const { snapshot, warnings } = loaded({ 'a.yaml': pod('x', 'spec:\n  nodeName: one\n  nodeName: two\n') })
    expect(snapshot.objects[0]).toMatchObject({ spec: { nodeName: 'two' } })
    expect(warnings).toEqual(['a.yaml:8:3: document 1 has this key twice, the last one counts'])
  })
})

describe('hostile input', () => {
  test('an alias bomb is left out', () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`,
    )
    const { objects, warnings } = parseFile('a.yaml', `a0: &a0 [lol]\n${levels.join('\n')}\n---\n${pod('x')}`)
    expect(objects).toHaveLength(1)
    expect(warnings).toEqual([expect.stringMatching(/document 1 .*Excessive alias count/)])
  })

  test.each([
    ['YAML', `a: ${'['.repeat(50_000)}`],
    ['JSON', `${'{"kind":"List","items":['.repeat(50_000)}${']}'.repeat(50_000)}`],
    ['JSON arrays', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('%s nested deeper than the stack does not fail', (_, content) => {
    expect(() => parseFile('a.yaml', content)).not.toThrow()
    expect(keysOf(`${content.startsWith('a') ? content : `# x\n---\n${content}`}\n---\n${pod('x')}`)).toEqual(
      pods('x'),
    )
  })

  test('a status nested deeper than the stack does not fail', () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    const content = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","namespace":"a"},"status":${deep}}`
    expect(keysOf(content)).toEqual(pods('x'))
  })

  test('any text at all does not fail', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.constantFrom(
              '---\n',
              '...\n',
              '{',
              '}',
              '[',
              '"',
              'a: ',
              '\n',
              '  ',
              '*a',
              '&a ',
              '- ',
              '\r\n',
              '\t',
              '!!',
              '%',
            ),
          ),
        ),
        (parts) => {
          const { objects, warnings } = parseFile('a.yaml', parts.join(''))
          for (const { json } of objects) expect(json).toBeTypeOf('object')
          for (const warning of warnings) expect(warning).not.toContain('\n')
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('documents are split in linear time', () => {
    const small = timeOf(() => parseFile('a.yaml', `${pod('x')}---\n`.repeat(1_000)))
    const large = timeOf(() => parseFile('a.yaml', `${pod('x')}---\n`.repeat(8_000)))
    expect(large / small).toBeLessThan(40)
  })
})

function timeOf(run: () => unknown): number {
  const start = performance.now()
  run()
  return performance.now() - start
}
