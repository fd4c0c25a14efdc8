import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import '../seed.ts'
import { regularExpression } from '../../src/network/regular-expression.ts'

const groups = (source: string, text: string) => regularExpression(source)?.match(text)

describe('a regular expression', () => {
  test.each([
    ['(.*)\\.my\\.org\\.$', 'a.b.my.org.', ['a.b.my.org.', 'a.b']],
    ['^(?P<a>[^.]+)\\.([a-z-]{2,5})\\.', 'web.shop.svc.', ['web.shop.', 'web', 'shop']],
    ['a|ab', 'ab', ['a']],
    ['(a+?)(a*)', 'aaa', ['aaa', 'a', 'aa']],
    ['(?i)WEB', 'my-web', ['web']],
    ['\\bdb\\b', 'x.db.y', ['db']],
    ['^x?$', '', ['']],
    ['(a)|(b)', 'b', ['b', '', 'b']],
    ['[^a-c\\d]+', 'ab1xyz', ['xyz']],
    ['nothing', 'web', undefined],
  ])('%s on %s', (source, text, expected) => {
    expect(groups(source, text)).toEqual(expected)
  })

  test.each(['(', 'a**', '[z-a]', '(?=x)', '\\1', 'a{2000}', '((((a{1000}){1000}){1000}))'])(
    '%s is not guessed',
    (source) => {
      expect(regularExpression(source)).toBeUndefined()
    },
  )

  test('finds what the engine of JavaScript finds', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a|b)', '(ab)', 'a|b')
    const piece = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}', '*?', '+?'))
      .map(([a, b]) => (a.includes('|') && !a.startsWith('(') ? a : a + b))
    const source = fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((chars) => chars.join(''))
    fc.assert(
      fc.property(source, text, (expression, name) => {
        expect(groups(expression, name)?.[0]).toBe(new RegExp(expression).exec(name)?.[0])
      }),
      { numRuns: 1500 },
    )
  })

  test('an expression that other engines never finish with is answered', () => {
    expect(groups('^(a+)+$', `${'a'.repeat(250)}!`)).toBeUndefined()
    expect(groups('(.*.*.*.*.*)x$', 'a'.repeat(253))).toBeUndefined()
  })
})
