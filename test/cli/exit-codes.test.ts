import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recording, run } from './run.ts'

const namespace = 'velocitytech-prod'
let folder: string

/** The incident as a snapshot whose reader had no right to read some kinds, or anything but namespaces. */
async function withoutRights(which: readonly string[] | 'all', name: string): Promise<string> {
  const { stdout } = await run(['snapshot', '-f', recording('incident'), '-o', '-'])
  const saved = JSON.parse(stdout)
  const kinds =
    which === 'all' ? Object.keys(saved.coverage.kinds).filter((kind) => kind !== 'Namespace') : which
  for (const kind of kinds) {
    delete saved.coverage.kinds[kind]
    const permission = `list ${kind.toLowerCase()}s in namespace ${namespace}`
    saved.coverage.gaps.push({ kind, namespace, why: 'forbidden', permission })
  }
  saved.items = saved.items.filter((item: { kind: string }) => !kinds.includes(item.kind))
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(saved))
  return file
}

let noPods: string
let noRoutes: string
let nothing: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netdoctor-exit-'))
  noPods = await withoutRights(['Pod', 'EndpointSlice', 'Endpoints', 'IngressClass'], 'no-pods.json')
  noRoutes = await withoutRights(['Ingress'], 'no-ingresses.json')
  nothing = await withoutRights('all', 'nothing.json')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('exit codes', () => {
  it.each([
    ['no error found', ['from', 'deploy/payment-service', '-f', recording('incident')], 0],
    ['errors', ['-f', recording('incident')], 1],
    ['warnings with --fail-on warning', ['-f', recording('running'), '--fail-on', 'warning'], 1],
    [
      'notes with --fail-on note',
      ['svc', 'payment-service-canary', '-f', recording('running'), '--fail-on', 'note'],
      1,
    ],
    [
      'notes with --fail-on warning',
      ['svc', 'auth-service-monitored', '-f', recording('running'), '--fail-on', 'warning'],
      0,
    ],
    ['errors with --fail-on never', ['-f', recording('incident'), '--fail-on', 'never'], 0],
    [
      'all was read, with --strict',
      ['from', 'deploy/auth-service', '-f', recording('running'), '--strict'],
      0,
    ],
    ['errors with --strict', ['-f', recording('incident'), '--strict'], 1],
    ['a file that is not there', ['-f', '/nonexistent.yaml'], 2],
    ['demo', ['demo'], 0],
    ['rules', ['rules'], 0],
    ['explain', ['explain', 'selector-near-miss'], 0],
    ['help', ['--help'], 0],
    ['version', ['--version'], 0],
  ])('%s', async (_, words, exit) => {
    const { code } = await run(words)
    expect(code).toBe(exit)
  })

  it.each(['table', 'wide', 'json', 'yaml', 'markdown'])('-o %s does not change them', async (format) => {
    const codes = await Promise.all(
      [
        ['scan', '-f', recording('incident')],
        ['svc', 'auth-service-monitored', '-f', recording('running')],
      ].map((words) => run([...words, '-o', format])),
    )
    expect(codes.map(({ code }) => code)).toEqual([1, 0])
  })
})

describe('what could not be read', () => {
  it('is unknown: said, with the missing rights, exit 4 with --strict', async () => {
    const { stdout, code } = await run(['svc', 'auth-service', '-n', namespace, '-f', noPods])
    expect(stdout.replaceAll('\n  ', ' ')).toMatch(
      /^\? auth-service\.velocitytech-prod: no error found, but 5 of 5 connections cannot be judged/,
    )
    expect(stdout).toContain('  no right to list pods in namespace velocitytech-prod\n')
    expect(stdout).not.toContain('✓ auth-service')
    expect(code).toBe(0)
    expect((await run(['svc', 'auth-service', '-n', namespace, '-f', noPods, '--strict'])).code).toBe(4)
  })

  it('gives way to problems that were found all the same: 1, then 4', async () => {
    const words = ['-n', namespace, '-f', noRoutes, '--strict']
    expect((await run(words)).code).toBe(1)
    expect((await run([...words, '--fail-on', 'never'])).code).toBe(4)
  })

  it.each([[[]], [['-n', namespace]]])('nothing at all: exit 2, in one line (%j)', async (words) => {
    const { stdout, stderr, code } = await run(['-f', nothing, ...words])
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toMatch(
      /^netdoctor: nothing[^\n]* was read when [^\n]*: there was no right to list [^\n]*\n$/,
    )
  })
})
