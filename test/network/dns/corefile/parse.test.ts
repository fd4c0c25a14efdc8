import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../../../seed.ts'
import { readCorefile } from '../../../../src/network/dns/corefile/corefile.ts'
import { parseCorefile } from '../../../../src/network/dns/corefile/parse.ts'

const usual = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`

describe('the grammar', () => {
  test("reads kubeadm's Corefile whole", () => {
    const { blocks, error } = parseCorefile(usual)
    expect(error).toBeUndefined()
    expect(blocks.map(({ keys }) => keys)).toEqual([['.:53']])
    expect(blocks[0]?.directives.map(({ words }) => words[0])).toEqual(
      'errors health ready kubernetes prometheus forward cache loop reload loadbalance'.split(' '),
    )
    const kubernetes = blocks[0]?.directives[3]
    expect(kubernetes?.words).toEqual(['kubernetes', 'cluster.local', 'in-addr.arpa', 'ip6.arpa'])
    expect(kubernetes?.block.map(({ words, line }) => [line, ...words])).toEqual([
      [8, 'pods', 'insecure'],
      [9, 'fallthrough', 'in-addr.arpa', 'ip6.arpa'],
      [10, 'ttl', '30'],
    ])
  })

  test('knows several addresses, on several lines', () => {
    const { blocks } = parseCorefile('example.org, example.com,\nexample.net:1053 dns://x {\n whoami\n}')
    expect(blocks[0]?.keys).toEqual(['example.org', 'example.com', 'example.net:1053', 'dns://x'])
  })

  test('a file for a single server needs no braces', () => {
    const { blocks, error } = parseCorefile('example.org\nwhoami\nlog\n')
    expect(error).toBeUndefined()
    expect(blocks[0]?.directives.map(({ words }) => words)).toEqual([['whoami'], ['log']])
  })

  test('puts a snippet where it is imported', () => {
    const { blocks, error } = parseCorefile(
      '(common) {\n errors\n cache 30\n}\na.org {\n log\n import common\n loop\n}\nb.org {\n import common\n}',
    )
    expect(error).toBeUndefined()
    expect(blocks.map(({ directives }) => directives.map(({ words }) => words[0]))).toEqual([
      ['log', 'errors', 'cache', 'loop'],
      ['errors', 'cache'],
    ])
  })

  test('imports files, inside a plugin too', () => {
    const files = (pattern: string) =>
      pattern === 'custom/*.server'
        ? [{ name: 'custom/a.server', text: 'corp.example {\n forward . 10.0.0.53\n}' }]
        : [{ name: 'hosts.txt', text: '10.1.2.3 db.corp' }]
    const { blocks, error } = parseCorefile(
      '. {\n hosts {\n  import hosts.txt\n  fallthrough\n }\n}\nimport custom/*.server',
      { files },
    )
    expect(error).toBeUndefined()
    expect(blocks.map(({ keys }) => keys)).toEqual([['.'], ['corp.example']])
    expect(blocks[0]?.directives[0]?.block.map(({ words }) => words)).toEqual([
      ['10.1.2.3', 'db.corp'],
      ['fallthrough'],
    ])
    expect(blocks[1]).toMatchObject({ line: 1, file: 'custom/a.server' })
  })

  test('files that no object shows are named, not guessed', () => {
    expect(parseCorefile('. {\n import /etc/custom/*.override\n loop\n}')).toMatchObject({
      unknownImports: ['/etc/custom/*.override'],
      blocks: [{ directives: [{ words: ['loop'] }] }],
    })
  })

  test('quotes hold spaces and quotes; a comment starts in the middle of a word', () => {
    const { blocks } = parseCorefile(
      '. {\n template IN A {\n answer "{{ .Name }} 60 IN A \\"x\\" \\d"\n }\n log#loop\n errors # loop\n}',
    )
    const [template, ...others] = blocks[0]?.directives ?? []
    expect(template?.block[0]?.words).toEqual(['answer', '{{ .Name }} 60 IN A "x" \\d'])
    expect(others.map(({ words }) => words)).toEqual([['log'], ['errors']])
  })

  test("replaces variables of the server's container", () => {
    const env = new Map([['UPSTREAM', '10.0.0.2']])
    const { blocks } = parseCorefile('. {\n forward . {$UPSTREAM} x{%UPSTREAM%} {$NONE}y\n}', { env })
    expect(blocks[0]?.directives[0]?.words).toEqual(['forward', '.', '10.0.0.2', 'x10.0.0.2', 'y'])
  })

  test.each([
    ['. {\n errors\n', 3, "a '}' is missing"],
    ['. {\n errors\n}\n}\n. {\n', 5, "a '}' is missing"],
    ['a.org, {\n}', 1, 'a comma too much'],
    ['. {\n import\n}', 2, 'import needs'],
    ['. {\n import a b\n}', 2, 'one argument'],
    ['(a) {\n log\n}\n(a) {\n}', 4, 'declared twice'],
    ['(a) {\n import a\n}\n. {\n import a\n}', 2, 'too deeply'],
  ])('%j is refused with its line', (text, line, message) => {
    const { error } = parseCorefile(text)
    expect(error?.message).toContain(message)
    expect(error?.line).toBeLessThanOrEqual(line)
  })
})

describe('bad input', () => {
  const words = fc.constantFrom(
    '{',
    '}',
    '\n',
    '"',
    '#',
    'import',
    '(a)',
    'a',
    '.',
    ',',
    '{$X}',
    '\\',
    'kubernetes',
    ' ',
  )
  test('never throws on any mixture of its own words', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 60 }), (parts) => {
        const { servers } = readCorefile(parts.join(''))
        expect(Array.isArray(servers)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        expect(readCorefile(text).troubles).toBeInstanceOf(Array)
      }),
    )
  })

  test.each([
    ['braces', '{'.repeat(1_000_000)],
    ['nested blocks', `. {\n${'a {\n'.repeat(200_000)}`],
    ['quotes', '"\\'.repeat(500_000)],
    ['a comment', '#'.repeat(1_000_000)],
    ['imports of imports', `(a) {\n${'log\n'.repeat(5000)}}\n. {\n${'import a\n'.repeat(900)}}`],
    ['names', `. {\n${'hosts {\n'.repeat(1)}${'1.1.1.1 a\n'.repeat(90_000)}}\n}`],
  ])('1 MB of %s ends', (_, text) => {
    const { servers, troubles } = readCorefile(text)
    expect(servers.length + troubles.length).toBeGreaterThanOrEqual(0)
    expect(servers.length).toBeLessThan(10)
  })
})

describe('what CoreDNS would refuse', () => {
  const troubles = (text: string) =>
    readCorefile(text).troubles.map(({ line, message }) => `${line}: ${message}`)

  test('the usual file is taken', () => {
    expect(troubles(usual)).toEqual([])
  })

  test.each([
    ['. {\n kubernets cluster.local\n}', '2: unknown plugin: kubernets'],
    [
      '. {\n kubernetes cluster.local {\n  pods maybe\n }\n}',
      '3: kubernetes: wrong value for pods: maybe, must be disabled, verified or insecure',
    ],
    [
      '. {\n hosts {\n  fallthrough\n  10.0.0.1 a.b\n }\n}',
      "4: hosts: unknown property '10.0.0.1': entries stand before fallthrough",
    ],
    ['. {\n loop\n}\n.:53 {\n log\n}', '4: .:53 is served twice, first in line 1'],
    ['. {\n kubernetes a\n kubernetes b\n}', '3: kubernetes can only be used once in a server block'],
    ['. {\n forward .\n}', '2: forward: needs a zone and an address'],
  ])('%j', (text, expected) => {
    expect(troubles(text)).toContain(expected)
  })
})

describe('the plugins', () => {
  test('stand in the order in which a query passes them, not in that of the file', () => {
    const [server] = readCorefile(
      '. {\n forward . 10.0.0.1\n kubernetes c.l {\n  fallthrough\n }\n rewrite name a b\n}',
    ).servers
    expect(server?.plugins.map(({ kind }) => kind)).toEqual(['rewrite', 'kubernetes', 'forward'])
  })

  test('kubernetes takes the zones of its server block where it names none', () => {
    const [server] = readCorefile('corp.local:53 {\n kubernetes\n}').servers
    expect(server?.plugins[0]).toMatchObject({ kind: 'kubernetes', zones: ['corp.local.'], pods: 'disabled' })
  })

  test('what an unknown plugin would do is left open', () => {
    const [server] = readCorefile('. {\n etcd skydns.local {\n  path /x\n }\n}').servers
    expect(server?.plugins).toEqual([{ kind: 'opaque', name: 'etcd', line: 2, zones: ['skydns.local.'] }])
  })
})
