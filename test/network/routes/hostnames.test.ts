import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharedHosts, takesHost } from '../../../src/network/routes/gateway/hostnames.ts'
import { matchesExpression } from '../../../src/network/routes/gateway/regular-expression.ts'

const label = fc.constantFrom('a', 'b', 'xa')
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
const pattern = fc.oneof(
  host,
  host.map((name) => `*.${name}`),
)
const listener = fc.option(pattern, { nil: undefined })

/** The specification word for word: labels compared from the right, at least one in front of a wildcard's. */
function takes(of: string | undefined, name: string): boolean {
  if (of === undefined) return true
  const [wanted, given] = [of.split('.').reverse(), name.split('.').reverse()]
  if (wanted.at(-1) !== '*') return of === name
  const fixed = wanted.slice(0, -1)
  return given.length > fixed.length && fixed.every((item, index) => item === given[index])
}

describe('host names of listeners and routes', () => {
  test('a pattern takes a host as the specification says', () => {
    fc.assert(
      fc.property(listener, host, (of, name) => {
        expect(takesHost(of, name)).toBe(takes(of, name))
      }),
    )
  })

  test('a host is shared when both sides take it, and only then', () => {
    fc.assert(
      fc.property(listener, fc.array(pattern, { maxLength: 3 }), host, (of, routes, name) => {
        const shared = sharedHosts(of, routes)
        const isShared = shared === 'any' || shared.some((item) => takes(item, name))
        const isRouted = routes.length === 0 || routes.some((item) => takes(item, name))
        expect(isShared).toBe(takes(of, name) && isRouted)
      }),
    )
  })
})

describe('regular expressions of routes', () => {
  test.each([
    ['/v[0-9]+', '/v12', true],
    ['/v[0-9]+', '/w', false],
    // Envoy matches the whole path, Traefik a part of it.
    ['/v[0-9]+', '/v12/x', undefined],
    ['(a+)+', '/aaaa', undefined],
    ['.*.*.*x', '/aaaa', false],
    // JavaScript's own engine does not come to an end of it.
    ['(a|a|b|[ab])*c', 'a'.repeat(60), false],
    ['(?=a)', '/a', undefined],
    ['(a)\\1', '/aa', undefined],
    ['/[', '/[', undefined],
  ])('%s on %s: %s', (expression, path, expected) => {
    expect(matchesExpression(expression, path)).toBe(expected)
  })

  test('what an implementation does decides where it is known', () => {
    expect(matchesExpression('/v[0-9]+', '/v12/x', 'part')).toBe(true)
    expect(matchesExpression('/v[0-9]+', '/v12/x', 'whole')).toBe(false)
  })
})
