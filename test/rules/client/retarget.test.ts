import { expect, test } from 'vitest'
import type { Dial } from '../../../src/network/references/dial.ts'
import { plainText } from '../../../src/report/words.ts'
import { mend } from '../../../src/rules/client/retarget.ts'

test('advice names what changes, not the host that stays', () => {
  const value = `${'#'.repeat(400)}\naddress: api.shop, port_value: 8080`
  const source = (text: string): Dial['source'] => ({
    object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'cm' },
    field: 'data["envoy.yaml"]',
    kind: 'config-map',
    key: 'envoy.yaml',
    value,
    span: [value.indexOf(text), value.indexOf(text) + text.length],
  })
  const dial: Dial = {
    ...{ host: 'api.shop', port: 8080, portWritten: true, protocol: 'TCP' },
    ...{ source: source('api.shop'), portSource: source('8080') },
  }
  const { advice = [] } = mend([dial], 'api.shop', 80)
  expect(advice.map(plainText).join()).toContain('write 80 in place of 8080 (')
})
