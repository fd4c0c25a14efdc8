import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netdoctor-kubeconfig-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

export interface KubeconfigContent {
  readonly currentContext?: string
  /** By name: `cluster/user/namespace`, the last two optional. */
  readonly contexts?: Readonly<Record<string, string>>
  readonly clusters?: Readonly<Record<string, unknown>>
  readonly users?: Readonly<Record<string, unknown>>
}

/** Writes a kubeconfig (JSON is YAML) and returns its path. */
export function writeKubeconfig(path: string, content: KubeconfigContent): string {
  const section = (entries: Readonly<Record<string, unknown>> = {}, field: string): unknown =>
    Object.entries(entries).map(([name, value]) => ({ name, [field]: value }))
  const contexts = Object.entries(content.contexts ?? {}).map(([name, text]) => {
    const [cluster, user, namespace] = text.split('/')
    return [name, { cluster, user, namespace }] as const
  })
  const json = {
    'current-context': content.currentContext,
    contexts: section(Object.fromEntries(contexts), 'context'),
    clusters: section(content.clusters, 'cluster'),
    users: section(content.users, 'user'),
  }
  writeFileSync(path, JSON.stringify(json))
  return path
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
