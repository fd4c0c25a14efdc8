import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { writeWhole } from './files.ts'
import { runPaths } from './paths.ts'

/** Settings of the whole host that the kubelet and kube-proxy change. */
const changedByKubernetes = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'net/netfilter/nf_conntrack_max',
]

const fileOf = (key: string): string => `/proc/sys/${key}`

/** Writes down the host's settings before Kubernetes changes them. */
export async function saveSysctls(): Promise<void> {
  const saved: Record<string, string> = {}
  for (const key of changedByKubernetes) {
    if (existsSync(fileOf(key))) saved[key] = (await readFile(fileOf(key), 'utf8')).trim()
  }
  await writeWhole(runPaths.sysctls, JSON.stringify(saved))
}

/** Gives the host its settings back. */
export async function restoreSysctls(): Promise<void> {
  if (!existsSync(runPaths.sysctls)) return
  const saved: unknown = JSON.parse(await readFile(runPaths.sysctls, 'utf8'))
  if (typeof saved !== 'object' || saved === null) return
  for (const [key, value] of Object.entries(saved)) {
    if (changedByKubernetes.includes(key)) await writeFile(fileOf(key), String(value))
  }
}
