import { describe, expect, test } from 'vitest'
import { groupsOf, highestGroup, pathPattern, rewritten } from '../../../src/network/routes/ingress/regex.ts'

describe('a path that is a pattern', () => {
  test.each([
    ['/api(/|$)(.*)', '/api/users', ['/api/users', '/', 'users']],
    ['/api(/|$)(.*)', '/API', ['/API', '', '']],
    ['/api', '/apis/x', ['/api']],
    ['/api', '/v1/api', undefined],
    // The engine of JavaScript would not come to an end.
    ['/(a|a|b|[ab])*c', `/${'a'.repeat(60)}`, undefined],
  ])('%s on %s', (path, asked, groups) => {
    expect(pathPattern(path)?.match(asked)).toEqual(groups)
  })

  test.each(['/(?!admin).*', '/(a)\\1', '/a++', '/['])('%s is not evaluated', (path) => {
    expect(pathPattern(path)).toBeUndefined()
    expect(groupsOf(path)).toBeUndefined()
  })
})

test('a rewrite target takes groups by number, and nothing for those that are not there', () => {
  expect(groupsOf('/api(/|$)(.*)')).toBe(2)
  expect(highestGroup('/$1/$3')).toBe(3)
  expect(rewritten(['/api/users', '/', 'users'], '/$2')).toBe('/users')
  expect(rewritten(['/x', 'x'], '/$2')).toBe('/')
})
