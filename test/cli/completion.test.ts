import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeCertificates } from '../apiserver/certificates.ts'
import { forbid, lists } from '../apiserver/handlers.ts'
import { base64, temporaryFolder, writeKubeconfig } from '../apiserver/kubeconfig-files.ts'
import type { Handler } from '../apiserver/server.ts'
import { startServer } from '../apiserver/session.ts'
import { complete, recording } from './run.ts'

/** The candidates alone, and how the shell treats them. */
async function candidates(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr, code } = await complete(words, { env: { NO_PROXY: '*' } })
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '')
}

describe('words', () => {
  it.each([
    ['commands', ['s'], ['scan', 'svc', 'snapshot', ':4']],
    ['commands after flags with values', ['-n', 'svc', 'po'], ['policy', ':4']],
    ['no second command', ['demo', 's'], [':4']],
    ['a flag of the command', ['svc', '--wa'], ['--warnings-as-errors', '--watch', ':4']],
    ['a flag of no command: those of the default one', ['--all'], ['--all-namespaces', ':4']],
    ['no flag of another command', ['rules', '--wa'], [':4']],
    ['no flag twice', ['svc', '--watch', '--wat'], [':4']],
    ['a repeatable flag twice', ['-f', 'a.yaml', '--filen'], ['--filename', ':4']],
    ['choices', ['svc', '-o', 'j'], ['json', ':4']],
    ['choices after =', ['svc', '--output=ya'], ['yaml', ':4']],
    ['choices of this command', ['policy', '-o', 'j'], ['json', 'junit', ':4']],
    ['rules', ['explain', 'service/selector-near'], ['service/selector-near-miss', ':4']],
    ['one rule only', ['explain', 'service/selector-near-miss', 'service/sel'], [':4']],
    ['files', ['-f', ''], [':0']],
    ['a file to write', ['snapshot', '-o', ''], [':0']],
    ['no files where a word is wanted', ['--token', ''], [':4']],
    ['a hidden flag', ['--vmod'], [':4']],
    ['nothing but names after --', ['--', '-'], [':4']],
  ])('%s', async (_, words, expected) => {
    expect(await candidates(...words)).toEqual(expect.arrayContaining(expected))
    expect(await candidates(...words)).toHaveLength(expected.length)
  })
})

describe('names', () => {
  const file = ['-f', recording('incident')]

  it.each([
    ['Services', [...file, 'svc', 'auth'], ['auth-service', 'auth-service-monitored', ':4']],
    ['Services of a namespace', [...file, '-n', 'kube-system', 'svc', ''], ['kube-dns', ':4']],
    ['a namespace in the name', [...file, 'svc', 'kube-system/'], ['kube-system/kube-dns', ':4']],
    ['clients by type', [...file, 'from', 'deploy/o'], ['deploy/order-service', ':4']],
    ['a type as it was typed', [...file, 'from', 'deployments/o'], ['deployments/order-service', ':4']],
    ['types', [...file, 'from', 'd', '-n', 'kube-system', 'c'], [':4']],
    ['namespaces', [...file, '-n', 'velo'], ['velocitytech-prod', ':4']],
    ['both ends', [...file, 'policy', '--to', 'svc/kube'], ['svc/kube-dns', 'svc/kubernetes', ':4']],
  ])('of files: %s', async (_, words, expected) => {
    expect(await candidates(...words)).toEqual(expected)
  })

  it('of a kubeconfig', async () => {
    const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
      contexts: {
        prod: 'here/jane',
        'arn:aws:eks:eu-1:1:cluster/prod': 'here/jane',
        '$(reboot)': 'here/jane',
      },
    })
    const found = await candidates('--kubeconfig', kubeconfig, 'svc', '--context', '')
    expect(found).toEqual(['arn:aws:eks:eu-1:1:cluster/prod', 'prod', ':4'])
  })
})

describe('names of a cluster', () => {
  const certificates = makeCertificates()
  const objects = ['auth', 'web'].map((name) => ({ kind: 'Service', metadata: { name, namespace: 'shop' } }))

  async function kubeconfigFor(...handlers: readonly Handler[]): Promise<string> {
    const server = await startServer(certificates, handlers, 'h2')
    return writeKubeconfig(join(temporaryFolder(), 'config'), {
      currentContext: 'test',
      contexts: { test: 'here/jane/shop' },
      clusters: { here: { server: server.url, 'certificate-authority-data': base64(certificates.ca) } },
      users: { jane: {} },
    })
  }

  it('are asked for, in the namespace that is meant, without the objects', async () => {
    const asked: (string | undefined)[] = []
    const kubeconfig = await kubeconfigFor(({ path, headers }) => {
      asked.push(`${path} ${headers.accept}`)
      return undefined
    }, lists(objects))
    expect(await candidates('--kubeconfig', kubeconfig, 'svc', '')).toEqual(['auth', 'web', ':4'])
    expect(await candidates('--kubeconfig', kubeconfig, '-n', 'other', 'svc', '')).toEqual([':4'])
    expect(asked).toEqual([
      expect.stringMatching(/^\/api\/v1\/namespaces\/shop\/services .*as=PartialObjectMetadataList/),
      expect.stringMatching(/^\/api\/v1\/namespaces\/other\/services /),
    ])
  })

  it('are none where they may not be read', async () => {
    const kubeconfig = await kubeconfigFor(forbid(() => true))
    expect(await candidates('--kubeconfig', kubeconfig, 'svc', '')).toEqual([':4'])
  })

  it('are none when the server does not answer', async () => {
    const kubeconfig = await kubeconfigFor(() => ({ wire: 'hang' }))
    expect(await candidates('--kubeconfig', kubeconfig, 'svc', '')).toEqual([':4'])
  })

  it('are none without a cluster, and nothing is said', async () => {
    expect(await candidates('svc', '')).toEqual([':4'])
    expect(await candidates('--kubeconfig', '/nonexistent', 'svc', '')).toEqual([':4'])
  })
})
