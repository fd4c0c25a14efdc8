import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serviceCandidates } from '../../../src/network/dns/names.ts'
import { scanScript } from '../../../src/network/references/commands.ts'
import type { Found } from '../../../src/network/references/found.ts'
import { scan } from '../../../src/network/references/scan.ts'

/** Text that is likely to go through the scanners' branches. */
const fragments = fc.constantFrom(
  ...'://|http://|a:80|10.0.0.1|[fd00::1]:80|[|]|{|}|"|\'|$(|${|)|=|:|,|;|@|#| |\n|\t|- |key: |host|-c |\\|/dev/tcp/|svc|\uE000|&'.split(
    '|',
  ),
)
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.oneof(fragments, fc.string({ maxLength: 5 })), { maxLength: 60 })
    .map((parts) => parts.join('')),
)

function isWithin(text: string, { host, port, hostSpan, portSpan }: Found): boolean {
  const written = text.slice(...hostSpan).toLowerCase()
  const isHost = written === host || written === `${host}.` || written === `[${host}]`
  return isHost && (portSpan === undefined || Number(text.slice(...portSpan)) === port)
}

/** Lines of configuration, most of them without any address. */
const settings = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('', '', '  ', '    ', '- ', '  - ', '# ', '\t', '-'),
        fc.constantFrom(
          'host',
          'port',
          'level',
          'a-b_c',
          'redis.host',
          'DB_PORT',
          'server',
          'listen',
          'name',
          'cors',
          '0',
        ),
        fc.constantFrom(': ', ':', '=', ' = ', ' ', ' : '),
        fc.constantFrom(
          '',
          'db',
          'debug',
          '6379',
          'two words',
          'a1 b2',
          '-',
          '|',
          '10.0.0.1',
          'db:80',
          '"x"',
          '+',
          'http://a',
          '3 #x',
        ),
        fc.constantFrom('\n', '\n', '\r\n', ' \n', '\\\n'),
      )
      .map((parts) => parts.join('')),
    { maxLength: 12 },
  )
  .map((lines) => lines.join(''))

describe('lines read at a glance', () => {
  it('hold what they would hold if they were read word by word', () => {
    fc.assert(
      fc.property(fc.oneof(settings, texts), (text) => {
        expect(scan(text, { mode: 'file' })).toEqual(scan(text, { mode: 'file' }, () => false))
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('scanners on arbitrary text', () => {
  it('never throw, and find only what stands where they say', () => {
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom('value', 'argument', 'file'),
        fc.string({ maxLength: 10 }),
        (text, mode, key) => {
          for (const found of scan(text, { mode, key })) expect(isWithin(text, found)).toBe(true)
          for (const found of scanScript(text)) expect(isWithin(text, found)).toBe(true)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('read a name or not, and never throw', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.domain()), (host) => {
        const name = serviceCandidates(host, 'shop')
        expect(name === undefined || name.service !== '').toBe(true)
      }),
    )
  })

  it.each([
    '://',
    'a://b:// ',
    '[',
    '{',
    '"',
    '$(',
    '${a:-',
    'a=',
    '- ',
    'a,',
    'http://a@',
    "'\\",
    'upstream ',
    ' #',
    'key: ',
    ':',
    'tcp:',
    '/dev/tcp/',
  ])('read a megabyte of %j', (part) => {
    const text = part.repeat(Math.ceil(1_000_000 / part.length))
    expect(scan(text, { mode: 'file' }).length).toBeGreaterThanOrEqual(0)
    expect(scanScript(text).length).toBeGreaterThanOrEqual(0)
  })
})
