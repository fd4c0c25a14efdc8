import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { recording, root, run } from './run.ts'

const incident = recording('incident')
const schema: Record<string, unknown> = JSON.parse(
  readFileSync(`${root}docs/schema/diagnosis.schema.json`, 'utf8'),
)
const validate = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema)

/** What the schema says against a result. */
function complaints(result: unknown): readonly string[] {
  validate(result)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const questions: readonly (readonly string[])[] = [
  ['scan', '-f', incident],
  ['scan', '-f', recording('as-written')],
  ['scan', '-f', recording('running'), '-n', 'velocitytech-prod'],
  ['svc', 'payment-service', '-f', incident],
  ['from', 'deploy/order-service', '-f', incident],
  ['demo'],
]

describe('-o json and yaml', () => {
  it.each(questions)('%s %s %s: both follow the schema and say the same', async (...words) => {
    const json = await run([...words, '-o', 'json'])
    const yaml = await run([...words, '-o', 'yaml'])
    const result: unknown = JSON.parse(json.stdout)
    expect(complaints(result)).toEqual([])
    expect(parse(yaml.stdout)).toEqual(result)
    expect(yaml.code).toBe(json.code)
  })

  it('has problems worst first, flat, with commands that can be pasted', async () => {
    const { stdout } = await run(['demo', '-o', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'netdoctor/v1',
      takenAt: '2026-11-23T03:31:57Z',
      question: { command: 'scan', namespaces: ['velocitytech-prod'] },
      verdict: { outcome: 'fails', problems: { error: 5 }, connections: { of: 11 } },
      problems: expect.arrayContaining([
        expect.objectContaining({
          rule: 'service/debug-pod-is-endpoint',
          severity: 'error',
          proof: 'likely',
          subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'velocitytech-prod', name: 'test-payment' },
          share: { failing: 1, of: 4 },
          fix: expect.objectContaining({
            commands: ['kubectl -n velocitytech-prod label pod/test-payment app-'],
            undo: ['kubectl -n velocitytech-prod label pod/test-payment app=payment-service'],
          }),
          fixCheck: expect.objectContaining({ outcome: 'works', introduces: [] }),
        }),
      ]),
    })
  })

  it('gives the same bytes twice', async () => {
    const [first, second] = await Promise.all([run(['demo', '-o', 'json']), run(['demo', '-o', 'json'])])
    expect(first.stdout).toBe(second.stdout)
  })
})

describe('-o markdown', () => {
  it('has a heading for each problem and commands as code', async () => {
    const { stdout, code } = await run(['scan', '-f', incident, '-o', 'markdown'])
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('**✗ all namespaces: 5 problems break 10 of 11 connections**')
    expect(lines.filter((line) => line.startsWith('### ✗ '))).toHaveLength(5)
    expect(lines).toContain('* **fix**: `kubectl -n velocitytech-prod label pod/test-payment app-`')
    expect(code).toBe(1)
  })

  it('draws tables', async () => {
    const { stdout } = await run(['svc', 'auth-service', '-f', incident, '-o', 'markdown'])
    expect(stdout).toContain(
      '| caller | route | name | dns | svc | endpoints | egress | ingress | pod |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n',
    )
    // A pipe in a path would end the cell.
    expect(stdout).toContain('| api.velocitytech.local/api/auth(/\\|$)(.\\*) | ✗ |')
  })
})

describe('-o wide', () => {
  it('adds the proof with its place in the file', async () => {
    const { stdout } = await run(['svc', 'payment-service', '-f', incident, '-o', 'wide'])
    expect(stdout).toMatch(/^ {2}proof +pod\/test-payment metadata\.labels\.app: payment-service$/m)
    expect(stdout).toMatch(/fixtures\/velocitytech\/incident\.json\.gz:\d+:\d+\)/)
    expect(stdout).not.toContain('-o wide')
  })
})
