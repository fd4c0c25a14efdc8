import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianPackages } from '../harness/packages.ts'
import { cacheDir } from '../harness/paths.ts'
import { attempt } from '../harness/run.ts'
import { buildModule, buildPause, coredns, kubernetes, moduleBinDir, pauseVersion } from './binaries.ts'
import type { GoModule } from './modules.ts'
import { type ImageConfig, writeImage } from './oci.ts'
import { addBusybox, addFile, addPrograms, addSystemFiles, addText } from './rootfs.ts'
import { traefik } from './traefik.ts'

/** An image: the names that it is served under, what runs in it, and how its root file system is filled. */
interface Image {
  readonly names: readonly string[]
  readonly config: ImageConfig
  readonly fill: (root: string) => Promise<void>
}

const path = 'PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/'

const pause: Image = {
  names: [`registry.k8s.io/pause:${pauseVersion}`],
  config: { User: '65535:65535', Entrypoint: ['/pause'] },
  fill: async (root) => addFile(root, 'pause', join(await buildPause(), 'pause')),
}

const corednsImage: Image = {
  names: [`registry.k8s.io/coredns/coredns:${coredns.version}`],
  config: { Entrypoint: ['/coredns'] },
  fill: async (root) => {
    await addSystemFiles(root)
    await addFile(root, 'coredns', join(await buildModule(coredns), 'coredns'))
  },
}

/** HTTP, TCP, UDP and DNS server of the tests. */
const agnhost: Image = {
  names: ['registry.k8s.io/e2e-test-images/agnhost:2.53', 'registry.k8s.io/e2e-test-images/agnhost:latest'],
  config: { Entrypoint: ['/agnhost'], Cmd: ['pause'], Env: [path] },
  fill: async (root) => {
    await addSystemFiles(root)
    await addFile(root, 'agnhost', join(await buildModule(kubernetes), 'agnhost'))
    await addBusybox(root)
  },
}

const busybox: Image = {
  names: [
    'docker.io/library/busybox:latest',
    'docker.io/library/busybox:1.36',
    'docker.io/library/alpine:latest',
  ],
  config: { Cmd: ['sh'], Env: [path] },
  fill: async (root) => {
    await addSystemFiles(root)
    await addBusybox(root)
  },
}

const netshootPrograms = [
  ...['bash', 'curl', 'dig', 'host', 'nslookup', 'nc', 'openssl', 'ss', 'ip', 'ping', 'traceroute'],
  ...['tcpdump', 'jq', 'socat', 'conntrack', 'nft', 'ipset'],
]

/** Debian's tools under the name of the debugging image; the curl image is the same. */
const netshoot: Image = {
  names: [
    'docker.io/nicolaka/netshoot:latest',
    'docker.io/nicolaka/netshoot:v0.13',
    'docker.io/curlimages/curl:latest',
    'docker.io/curlimages/curl:8.8.0',
  ],
  config: { Cmd: ['bash'], WorkingDir: '/root', Env: [path] },
  fill: async (root) => {
    await addSystemFiles(root)
    await addPrograms(root, netshootPrograms)
    for (const shell of ['bash', 'sh']) await symlink('/usr/bin/bash', join(root, 'bin', shell))
    await addBusybox(root)
  },
}

const nginxConfiguration = `daemon off;
pid /tmp/nginx.pid;
error_log /dev/stderr;
worker_processes 1;
events {}
http {
  access_log /dev/stdout;
  include /etc/nginx/conf.d/*.conf;
}
`

const nginxDefaultServer = `server {
  listen 80;
  root /usr/share/nginx/html;
}
`

/** Debian's nginx under the names that tutorials use. */
const nginx: Image = {
  names: ['docker.io/library/nginx:alpine', 'docker.io/library/nginx:latest'],
  config: { Cmd: ['nginx'], Env: [path] },
  fill: async (root) => {
    await addSystemFiles(root)
    await addPrograms(root, ['nginx', 'bash'])
    await addBusybox(root)
    for (const folder of ['var/log/nginx', 'var/lib/nginx', 'var/cache/nginx']) {
      await mkdir(join(root, folder), { recursive: true })
    }
    await addText(root, 'etc/nginx/nginx.conf', nginxConfiguration)
    await addText(root, 'etc/nginx/conf.d/default.conf', nginxDefaultServer)
    await addText(root, 'usr/share/nginx/html/index.html', 'Welcome to nginx!\n')
  },
}

const traefikImage: Image = {
  names: [`docker.io/library/traefik:${traefik.version}`],
  config: { Entrypoint: ['/traefik'] },
  fill: async (root) => {
    await addSystemFiles(root)
    await addFile(root, 'traefik', join(await buildModule(traefik), 'traefik'))
  },
}

const coreImages = [pause, corednsImage, agnhost, busybox, netshoot, nginx]

/** Assembles the images, unless the cache holds them, and returns the store that the registry serves. */
export async function buildImages(options: { readonly withTraefik: boolean }): Promise<string> {
  const images = [...coreImages, ...(options.withTraefik ? [traefikImage] : [])]
  const modules = [kubernetes, coredns, ...(options.withTraefik ? [traefik] : [])]
  const target = join(cacheDir, 'images', await contentKey(images, modules))
  if (existsSync(target)) return target
  const store = `${target}.new`
  await rm(store, { recursive: true, force: true })
  const tags: Record<string, string> = {}
  for (const image of images) {
    const digest = await buildImage(store, image)
    for (const name of image.names) tags[name] = digest
  }
  await writeFile(join(store, 'tags.json'), JSON.stringify(tags, null, 2))
  await rename(store, target)
  return target
}

async function buildImage(store: string, image: Image): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'netdoctor-rootfs-'))
  try {
    await chmod(root, 0o755)
    await image.fill(root)
    return await writeImage(store, root, image.config)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** Changes with the programs that are packed, of ours and of Debian, and with the descriptions in this folder. */
async function contentKey(images: readonly Image[], modules: readonly GoModule[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(images.map(({ names, config }) => [names, config])))
  for (const file of ['images.ts', 'rootfs.ts', 'oci.ts'])
    hash.update(await readFile(join(import.meta.dirname, file)))
  for (const module of modules) hash.update(await moduleBinDir(module))
  const installed = await attempt(['dpkg-query', '-W', ...debianPackages])
  return hash.update(installed.stdout).digest('hex').slice(0, 12)
}
