import { expect, test } from 'vitest'
import { isExcepted } from '../../../src/rules/client/proxy-settings.ts'

test.each([
  ['auth', 'auth', true],
  ['auth', 'AUTH', true],
  ['auth', '*', true],
  ['auth', 'payment,auth', true],
  ['auth', '.svc', false],
  ['auth', 'auth-service', false],
  ['auth.shop.svc', '.svc', true],
  ['auth.shop.svc', 'svc', true],
  ['auth.shop.svc', '*.svc', true],
  ['auth.shop.svc', 'shop', false],
  ['auth.shop.svc', 'auth.shop.svc:80', true],
  ['auth.shop.svc', 'auth.shop.svc:81', false],
  ['auth.shop.svc.cluster.local', '.cluster.local', true],
  ['xsvc', '.svc', false],
  ['10.96.0.50', '10.96.0.0/16', true],
  ['10.96.0.50', '10.97.0.0/16', false],
  ['10.96.0.50', '10.96.0.50', true],
  ['fd00::50', 'fd00::/64', true],
  ['auth', '10.96.0.0/16', false],
  ['auth', '', false],
])('%s is excepted by "%s": %s', (host, entries, expected) => {
  const list = entries.split(',').filter((entry) => entry !== '')
  expect(isExcepted(host, 80, list)).toBe(expected)
})
