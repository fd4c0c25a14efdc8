import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { recording, root, run } from './run.ts'

const schemaOf = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(`${root}docs/schema/${name}.schema.json`, 'utf8'))
const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
ajv.addSchema(schemaOf('diagnosis'))
const validate = ajv.compile(schemaOf('what'))

const what = (...words: readonly string[]) => run(['what', ...words, '-f', recording('incident')])

async function asJson(...words: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await what(...words, '-o', 'json')
  const result: Record<string, unknown> = JSON.parse(stdout)
  validate(result)
  expect(validate.errors ?? []).toEqual([])
  return result
}

describe('the address of the incident, as the log of order-service has it', () => {
  const line = 'dial tcp 10.244.1.15:5432: i/o timeout'

  test('belongs to nobody, is dialled by order-service, and that is why it times out', async () => {
    const { stdout, code } = await what(line)
    expect(code).toBe(1)
    expect(stdout).toContain('✗ 10.244.1.15:5432: nobody has it; it lies in the pod range 10.244.1.0/24 of')
    expect(stdout).toMatch(/deploy\/order-service +10\.244\.1\.15:5432 +✗ pod +env DATABASE_URL/)
    expect(stdout).toMatch(/means +a timeout: Deployment order-service: nobody has the address/)
    expect(stdout).toContain('client/hardcoded-stale-pod-ip')
    expect(stdout).toContain('no Service in this cluster offers port 5432')
    expect(stdout).toContain('kubectl netdoctor -n velocitytech-prod from deployment/order-service')
    expect(
      Math.max(
        ...stdout
          .split('\n')
          .filter((row) => !row.includes('kubectl'))
          .map((row) => row.length),
      ),
    ).toBeLessThanOrEqual(80)
  })

  test('needs no quotes', async () => {
    const { stdout } = await what(...line.split(' '))
    expect(stdout).toBe((await what(line)).stdout)
  })

  test('is the same as data, in JSON and YAML', async () => {
    const result = await asJson(line)
    expect(result['asked']).toEqual({ host: '10.244.1.15', port: 5432, seen: 'timeout' })
    expect(result['owners']).toMatchObject([{ kind: 'pod-range', subject: { kind: 'Node', name: 'node2' } }])
    expect(result['problems']).toMatchObject([
      { rule: 'client/hardcoded-stale-pod-ip', severity: 'error' },
      {},
    ])
    const { stdout } = await what(line, '-o', 'yaml')
    expect(parse(stdout)).toEqual(result)
  })
})

test('a ClusterIP is that of its Service, and everyone who dials it by name is told', async () => {
  const result = await asJson('connect ECONNREFUSED 10.96.254.245:80')
  expect(result['owners']).toMatchObject([{ kind: 'service', subject: { name: 'auth-service' } }])
  const { stdout } = await what('10.96.254.245')
  expect(stdout).toMatch(/deploy\/order-service +auth-service:80 +✗ dns/)
  expect(stdout).toMatch(/deploy\/payment-service +auth-service:80 +✓/)
})

test('a lookup without an answer is explained by the way to DNS', async () => {
  const { stdout } = await what('getaddrinfo EAI_AGAIN auth-service')
  expect(stdout).toMatch(
    /means +a lookup that got no answer: Deployment order-service: it cannot reach\n +its DNS server/,
  )
})

test('a name that nobody has is said not to exist where it would be looked up', async () => {
  const { stdout, code } = await what(
    'lookup postgres-service on 10.96.0.10:53: no such host',
    '-n',
    'velocitytech-prod',
  )
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /✗ postgres-service: Service postgres-service does not exist in namespace\n +velocitytech-prod/,
  )
  expect(stdout).toContain('by nobody whose env, args, commands or ConfigMaps show it')
})

test('an address of the outside is nobody’s here, and no problem', async () => {
  const { stdout, code } = await what('8.8.8.8')
  expect(stdout).toContain('✓ 8.8.8.8: an address outside of the cluster')
  expect(code).toBe(0)
})

test('a text without address and name is refused', async () => {
  const { stderr, code } = await what('connection refused')
  expect(code).toBe(2)
  expect(stderr).toContain('no address and no name in "connection refused"')
})

test('a password in the text is in no output', async () => {
  for (const output of ['table', 'wide', 'json', 'yaml', 'markdown']) {
    const { stdout, stderr } = await what(
      'cannot reach postgres://app:s3cret@10.244.1.15:5432/x: i/o timeout',
      '-o',
      output,
    )
    expect(stdout).toContain('10.244.1.15')
    expect(stdout + stderr).not.toContain('s3cret')
  }
})
