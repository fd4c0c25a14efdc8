import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from './wait.ts'

const mountPoint = '/sys/fs/cgroup'
const clusterGroup = 'netdoctor-test'

/** The cgroup of a node, as the kubelet's `cgroupRoot` names it. */
export function cgroupRoot(node: string): string {
  return `/${clusterGroup}/${node}`
}

/** Makes the node's cgroup in every hierarchy. */
export async function makeCgroups(node: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    for (const path of [clusterGroup, join(clusterGroup, node)]) {
      const dir = join(hierarchy, path)
      await mkdir(dir, { recursive: true })
      await inheritCpuset(hierarchy, dir)
      await enableControllers(dir)
    }
  }
}

/** Removes the cluster's cgroups, once the kernel has let go of their processes. */
export async function removeCgroups(): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const dir = join(hierarchy, clusterGroup)
    if (existsSync(dir)) await waitFor(`cgroup ${dir} to be empty`, () => removed(dir))
  }
}

async function hierarchies(): Promise<string[]> {
  if (existsSync(join(mountPoint, 'cgroup.controllers'))) return [mountPoint]
  const entries = await readdir(mountPoint, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(mountPoint, entry.name))
}

/** cgroup v1: a new cpuset is empty and takes no process until it has processors and memory. */
async function inheritCpuset(hierarchy: string, dir: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const inherited = join(hierarchy, file)
    if (existsSync(inherited)) await writeFile(join(dir, file), await readFile(inherited))
  }
}

/** cgroup v2: children get only the controllers that their parent hands down. */
async function enableControllers(dir: string): Promise<void> {
  const available = join(dir, 'cgroup.controllers')
  if (!existsSync(available)) return
  const controllers = (await readFile(available, 'utf8')).trim().split(' ').filter(Boolean)
  await writeFile(join(dir, 'cgroup.subtree_control'), controllers.map((name) => `+${name}`).join(' '))
}

async function removed(dir: string): Promise<boolean> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true })
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
  for (const path of [...below.sort().reverse(), dir]) await rmdir(path)
  return true
}
