import { expect, test } from 'vitest'
import type { Sighting } from './case.ts'
import { parseTruthPage, truthPage, withSighting } from './page.ts'

const seen: Sighting = {
  rule: 'service/selector-near-miss',
  fault: 'a letter is missing',
  felt: 'refused',
  mended: `kubectl patch x -p '{"a|b":1}'`,
  serverVersion: 'v1.36.3',
  proxyMode: 'nftables',
  date: '2026-01-31',
}
const row = withSighting(undefined, seen, 'nftables')

test('a page that is read back has the same rows, and lists every other rule with a reason', () => {
  const page = truthPage(new Map([[seen.rule, row]]))
  expect([...parseTruthPage(page).values()]).toEqual([row])
  expect(page).toMatch(/\| service\/single-endpoint \| \S.* \|/)
})

test('a run in the other mode adds its cell, and a later day alone changes nothing', () => {
  const both = withSighting(row, { ...seen, felt: 'timeout', date: '2026-02-01' }, 'iptables')
  expect(both.felt).toEqual({ nftables: 'refused, 2026-01-31', iptables: 'timeout, 2026-02-01' })
  expect(withSighting(both, { ...seen, date: '2026-03-01' }, 'nftables').felt).toEqual(both.felt)
})

test('another version makes what was seen before worth nothing', () => {
  const later = { ...seen, serverVersion: 'v1.37.0', date: '2026-03-01' }
  expect(withSighting(row, later, 'iptables').felt).toEqual({ iptables: 'refused, 2026-03-01' })
})
