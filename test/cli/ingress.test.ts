import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { recording, root, run } from './run.ts'

const traefik = ['-f', 'fixtures/velocitytech/traefik.json.gz', '-n', 'velocitytech-prod']
const schema: Record<string, unknown> = JSON.parse(
  readFileSync(`${root}docs/schema/diagnosis.schema.json`, 'utf8'),
)
const validate = new Ajv2020({ allErrors: true, strictTypes: false, allowUnionTypes: true }).compile(schema)

function complaints(result: unknown): readonly string[] {
  validate(result)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe('ingress', () => {
  it('maps every route to what its clients get', async () => {
    const { stdout, code } = await run(['ingress', ...traefik])
    expect(code).toBe(1)
    expect(stdout).toContain('7 routes: 6 of them fail')
    expect(stdout).toContain('served by traefik 3.7.13 (IngressClass nginx)')
    expect(stdout).toContain('✓ 401: credentials are')
  })

  it.each([
    ['http://api.velocitytech.local/api/auth/health', 1, '-> 404 from traefik 3.7.13'],
    ['http://admin.velocitytech.local/', 0, '-> 401 from traefik 3.7.13'],
    ['http://payment.velocitytech.local/health', 1, '-> 504 after 180 s from'],
    ['nobody.example/path', 1, '-> 404 from traefik 3.7.13'],
  ])('%s: exit code %i, and the code with its hop', async (url, code, words) => {
    const ran = await run(['ingress', url, ...traefik])
    expect(ran.code).toBe(code)
    expect(ran.stdout.replaceAll(/\s+/g, ' ')).toContain(words)
  })

  it('starts from the code that a client saw', async () => {
    const { stdout } = await run([
      ...['ingress', 'http://payment.velocitytech.local/health', '--code', '504'],
      ...traefik,
    ])
    expect(stdout).toContain('504, most probable first')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('policies of the pods do not let the proxy in')
  })

  it.each([
    ['ingress'],
    ['ingress', 'payment-service-prod'],
    ['ingress', 'http://payment.velocitytech.local/health', '--code', '504'],
    ['ingress', 'https://admin.velocitytech.local/'],
  ])('%s %s %s %s: JSON follows the schema, and YAML says the same', async (...words) => {
    const json = await run([...words, ...traefik, '-o', 'json'])
    const yaml = await run([...words, ...traefik, '-o', 'yaml'])
    const result: unknown = JSON.parse(json.stdout)
    expect(complaints(result)).toEqual([])
    expect(parse(yaml.stdout)).toEqual(result)
  })

  it('says that nobody serves the Ingresses of a cluster without a controller', async () => {
    const { stdout, code } = await run([
      ...['ingress', 'http://payment.velocitytech.local/', '-f', recording('running')],
    ])
    expect(code).toBe(1)
    expect(stdout).toContain('nobody serves it')
    expect(stdout).toContain('ingress/class-not-found')
  })

  it.each([
    [['ingress', 'nobody-has-this-name', ...traefik], 'no Ingress and no route is named'],
    [['ingress', '--code', '502', ...traefik], '--code belongs to the URL'],
    [['ingress', 'http://a.example/', '--code', 'abc', ...traefik], 'is no HTTP status code'],
    [['ingress', 'http://a.example/', '--header', 'x', ...traefik], 'is not of the form'],
  ])('%j is refused', async (words, message) => {
    const { stderr, code } = await run(words)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
