import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ClusterError } from '../harness/errors.ts'
import { attempt, run } from '../harness/run.ts'

const emptyFolders = [
  'etc',
  'tmp',
  'proc',
  'sys',
  'dev',
  'run',
  'var/run',
  'root',
  'home/user',
  'bin',
  'usr/bin',
  'usr/sbin',
]

const systemFiles: Readonly<Record<string, string>> = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n',
  'etc/group': 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
}

/** Makes the folders and files that programs expect of a root file system. */
export async function addSystemFiles(root: string): Promise<void> {
  for (const folder of emptyFolders) await mkdir(join(root, folder), { recursive: true })
  await chmod(join(root, 'tmp'), 0o1777)
  for (const [path, content] of Object.entries(systemFiles)) await writeFile(join(root, path), content)
}

/** Adds one file of this machine under the path that the image wants it at. */
export async function addFile(root: string, path: string, source: string): Promise<void> {
  const target = join(root, path)
  await mkdir(dirname(target), { recursive: true })
  await copyFile(source, target)
}

/** Adds one text file. */
export async function addText(root: string, path: string, content: string): Promise<void> {
  const target = join(root, path)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, content)
}

/** Adds Debian's static busybox with a link for every applet that the image does not have yet. */
export async function addBusybox(root: string): Promise<void> {
  await addFile(root, 'bin/busybox', await programPath('busybox'))
  for (const applet of (await run(['busybox', '--list'])).trim().split('\n')) {
    const isThere = ['bin', 'usr/bin', 'usr/sbin'].some((folder) => existsSync(join(root, folder, applet)))
    if (!isThere) await symlink('/bin/busybox', join(root, 'bin', applet))
  }
}

/** Adds programs of this machine together with the shared libraries that they load. */
export async function addPrograms(root: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const program = await programPath(name)
    await addFile(root, join('usr/bin', name), program)
    for (const library of await sharedLibraries(program)) {
      if (!existsSync(join(root, library))) await addFile(root, library, library)
    }
  }
}

async function programPath(name: string): Promise<string> {
  const { exitCode, stdout } = await attempt(['sh', '-c', `command -v ${name}`])
  if (exitCode !== 0)
    throw new ClusterError(`${name} is not installed, and an image of the test cluster needs it`)
  return realpath(stdout.trim())
}

/** The libraries as `ldd` names them; none for a static program. */
async function sharedLibraries(program: string): Promise<string[]> {
  const { stdout } = await attempt(['ldd', program])
  return [...stdout.matchAll(/(\/[^ )]+) \(/g)].map((match) => String(match[1]))
}
