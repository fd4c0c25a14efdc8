import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { recording, root, run } from './run.ts'

const schemaOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`${root}docs/schema/${name}.schema.json`, 'utf8'))
const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
ajv.addSchema(schemaOf('diagnosis'))
const validate = ajv.compile(schemaOf('dns'))

const dns = (...words: readonly string[]) => run(['dns', ...words, '-f', recording('incident')])

/** Without line breaks, which depend on widths. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

const longestLine = (text: string): number =>
  Math.max(
    ...text
      .split('\n')
      .filter((row) => !row.includes('kubectl'))
      .map((row) => row.length),
  )

describe('dns NAME', () => {
  const client = ['--from', 'deploy/payment-service', '-n', 'velocitytech-prod']

  test('tells each name that is asked for, the answer, why, and what that costs', async () => {
    const { stdout, code } = await dns('auth-service', ...client)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ auth-service for deploy\/payment-service: 10\.96\.\d+\.\d+$/m)
    expect(flat(stdout)).toMatch(
      /auth-service\.velocitytech-prod\.svc\.cluster\.local\. +10\.96\.\d+\.\d+: svc\/auth/,
    )
    expect(flat(stdout)).toMatch(
      /search +velocitytech-prod\.svc\.cluster\.local svc\.cluster\.local cluster\.local, and that/,
    )
    expect(stdout).toMatch(/costs +2 queries/)
    expect(longestLine(stdout)).toBeLessThanOrEqual(80)
  })

  test('exits with 1 for a name that nobody has', async () => {
    const { stdout, code } = await dns('auth-servce', ...client)
    expect(code).toBe(1)
    expect(stdout).toContain('no such name (NXDOMAIN)')
    expect(flat(stdout)).toContain('NXDOMAIN, no Service has it')
  })

  test('exits with 4 for one that only the outside knows', async () => {
    const { stdout, code } = await dns('www.example.com', ...client)
    expect(code).toBe(4)
    expect(stdout).toContain(
      '? www.example.com for deploy/payment-service: known only outside of the cluster',
    )
  })

  test('exits with 1 where the client cannot ask at all', async () => {
    const { stdout, code } = await dns(
      'auth-service',
      '--from',
      'deploy/order-service',
      '-n',
      'velocitytech-prod',
    )
    expect(code).toBe(1)
    expect(stdout).toContain('✗ auth-service for deploy/order-service: it cannot reach its nameserver')
    expect(stdout).toContain('policy/dns-egress-denied')
  })

  test('is told for any pod of the namespace without a client', async () => {
    const { stdout, code } = await dns('auth-service.velocitytech-prod.svc.cluster.local.', '-n', 'default')
    expect(code).toBe(0)
    expect(flat(stdout)).toContain('for a pod of default: 10.96.')
  })

  test('follows its schema', async () => {
    for (const words of [[], ['auth-service', ...client], ['no.such', ...client]]) {
      const { stdout } = await dns(...words, '-o', 'json')
      validate(JSON.parse(stdout))
      expect(validate.errors ?? []).toEqual([])
    }
  })

  test('escapes what a terminal would obey', async () => {
    const { stdout } = await dns('a\u001b[31mb', ...client)
    expect(stdout).not.toContain('\u001b')
  })

  test('--from needs a name, and what runs pods', async () => {
    expect((await dns('--from', 'deploy/payment-service')).code).toBe(2)
    expect((await dns('x', '--from', 'svc/auth-service')).code).toBe(2)
  })
})

describe('dns alone', () => {
  test('tells of the Service, its pods and the Corefile', async () => {
    const { stdout, code } = await dns()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ cluster DNS/m)
    expect(stdout).toMatch(/service +kube-dns in kube-system +10\.96\.0\.10/)
    expect(stdout).toMatch(/pods +deploy\/coredns: \d of \d ready on \d nodes?/)
    expect(stdout).toMatch(/corefile +cm\/coredns: \.:53/)
    expect(longestLine(stdout)).toBeLessThanOrEqual(80)
  })

  test('says what CoreDNS refuses, with the line and the consequence', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netdoctor-'))
    const file = join(folder, 'dns.yaml')
    writeFileSync(
      file,
      readFileSync(`${root}fixtures/dns/corefile-invalid/broken-mistyped-plugin.yaml`, 'utf8')
        .split('---\n')
        .slice(1)
        .join('---\n'),
    )
    const { stdout } = await run(['dns', '-f', file, '--complete', '-o', 'wide'])
    expect(flat(stdout)).toContain('CoreDNS refuses its Corefile in line 5: unknown plugin: kubernets')
    expect(stdout).toContain('keeps the configuration that it had')
  })
})
