import { describe, expect, it } from 'vitest'
import { scanScript } from '../../../src/network/references/commands.ts'
import type { Found } from '../../../src/network/references/found.ts'
import { localNames } from '../../../src/network/references/local-names.ts'
import { scan } from '../../../src/network/references/scan.ts'
import { files, scripts, values } from './forms.ts'

const text = ({ host, port, protocol }: Found): string =>
  `${host}${port === undefined ? '' : `:${port}`}${protocol === 'UDP' ? '/udp' : ''}`

describe('what is dialled by', () => {
  it.each(values)('%s=%s', (key, value, dials) => {
    expect(scan(value, { key, mode: 'value' }).map(text).join(' ')).toBe(dials)
  })

  it.each(scripts)('%s', (script, dials) => {
    expect(scanScript(script).map(text).join(' ')).toBe(dials)
  })

  it.each(files)('a file of %s', (_, content, dials) => {
    const found = scan(content, { mode: 'file', localNames: localNames([content]) })
    expect(found.map(text).join(' ')).toBe(dials)
  })
})
