import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isPrintable } from '../../src/report/escape.ts'
import { jsonPieces } from '../../src/report/formats/json.ts'
import { LazyList } from '../../src/report/lazy-list.ts'

const textOf = (result: unknown): string => [...jsonPieces(result)].join('')

it('is what JSON.stringify writes, in pieces', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.dictionary(fc.string(), fc.option(fc.jsonValue(), { nil: undefined })), fc.jsonValue()),
      (result) => {
        // Nothing here has to be escaped for a terminal.
        fc.pre(!/[^\x20-\x7e\n]/.test(JSON.stringify(result, undefined, 2)))
        expect(textOf(result)).toBe(`${JSON.stringify(result, undefined, 2)}\n`)
      },
    ),
  )
})

it('makes items of a lazy list one at a time, and few pieces of many', () => {
  let made = 0
  const list = new LazyList([...Array(5_000).keys()], (number) => ({
    number: ++made && number,
    text: 'x'.repeat(100),
  }))
  const result = { first: 1, list, last: undefined }
  const pieces: string[] = []
  for (const piece of jsonPieces(result)) {
    // No more was made than what is written, and one item.
    if (pieces.length === 0) expect(made).toBeLessThan(1_000)
    pieces.push(piece)
  }
  expect(pieces.length).toBeLessThan(50)
  expect(pieces.join('')).toBe(`${JSON.stringify(result, undefined, 2)}\n`)
})

it('escapes what a terminal would obey, in every piece', () => {
  const result = { 'a\u001b[2Jkey': ['\u202e', { deep: '\u009b' }] }
  const text = textOf(result)
  expect(isPrintable(text.replaceAll('\n', ''))).toBe(true)
  expect(JSON.parse(text)).toEqual(result)
})
