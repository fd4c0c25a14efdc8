import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hashFolder } from '../harness/fingerprint.ts'
import { cacheDir } from '../harness/paths.ts'
import { run } from '../harness/run.ts'
import { kubeRouter } from './kube-router.ts'
import { type GoModule, moduleDir } from './modules.ts'
import { downloadModule } from './sources.ts'

const kubernetesVersion = 'v1.36.3'

/** The Kubernetes programs, kubectl, and the server that the project's own end-to-end tests use (agnhost). */
export const kubernetes: GoModule = {
  name: 'kubernetes',
  version: kubernetesVersion,
  programs: {
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
    'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
    'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    kubelet: 'k8s.io/kubernetes/cmd/kubelet',
    'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
    kubectl: 'k8s.io/kubernetes/cmd/kubectl',
    agnhost: 'k8s.io/kubernetes/test/images/agnhost',
  },
  ldflags: versionFlags(kubernetesVersion),
}

/** CoreDNS with the plugins that the Corefiles of the test cluster name. */
export const coredns: GoModule = { name: 'coredns', version: 'v1.15.0', programs: { coredns: '.' } }

/** The read-only image registry of the test cluster. */
export const registry: GoModule = { name: 'registry', version: 'v1', programs: { registry: '.' } }

/** Everything that a cluster without options needs. */
export const coreModules: readonly GoModule[] = [kubernetes, coredns, kubeRouter, registry]

/**
 * Builds the module's programs, unless the cache holds them, and returns the folder they are in. The folder's name carries
 * the version and a hash of the module's files, so that changing a pin builds anew and going back finds the old build.
 */
export async function buildModule(module: GoModule): Promise<string> {
  const target = await moduleBinDir(module)
  if (existsSync(target)) return target
  const startedAt = Date.now()
  const workshop = join(cacheDir, 'build', module.name)
  // A build that was killed may still have a compiler at work: it loses its folder, and this build has one of its own.
  await rm(workshop, { recursive: true, force: true, maxRetries: 5 })
  const work = join(workshop, String(process.pid))
  const output = join(work, 'bin')
  await cp(moduleDir(module), work, { recursive: true })
  await module.prepare?.(work)
  await mkdir(output, { recursive: true })
  const ldflags = `-s -w ${module.ldflags ?? ''}`.trim()
  const env = { CGO_ENABLED: '0', ...(module.prepare && { GOFLAGS: '-mod=mod' }) }
  await run(
    ['go', 'build', '-trimpath', '-ldflags', ldflags, '-o', `${output}/`, ...Object.values(module.programs)],
    {
      cwd: work,
      env,
    },
  )
  await mkdir(join(cacheDir, 'bin'), { recursive: true })
  await rename(output, target)
  await rm(workshop, { recursive: true, force: true })
  console.log(`built ${module.name} ${module.version} in ${Math.round((Date.now() - startedAt) / 1000)} s`)
  return target
}

/** The folder in the cache where the module's programs are, or will be. */
export async function moduleBinDir(module: GoModule): Promise<string> {
  const hash = createHash('sha256').update(
    JSON.stringify([module.version, module.programs, module.ldflags ?? '']),
  )
  if (module.prepare !== undefined)
    hash.update(await readFile(join(import.meta.dirname, `${module.name}.ts`)))
  await hashFolder(hash, moduleDir(module))
  return join(cacheDir, 'bin', `${module.name}-${module.version}-${hash.digest('hex').slice(0, 8)}`)
}

/**
 * Compiles `pause`, the program that holds a pod's namespaces, from its C source in the Kubernetes module. Returns the
 * folder that it is in.
 */
export async function buildPause(): Promise<string> {
  const target = join(cacheDir, 'bin', `pause-${pauseVersion}`)
  if (existsSync(target)) return target
  const source = await downloadModule(`k8s.io/kubernetes@${kubernetesVersion}`)
  const output = `${target}.new`
  await mkdir(output, { recursive: true })
  const pause = join(source, 'build', 'pause', 'linux', 'pause.c')
  await run(['gcc', '-Os', '-static', `-DVERSION=${pauseVersion}`, '-o', join(output, 'pause'), pause])
  await rename(output, target)
  return target
}

/** The tag of the pause image. */
export const pauseVersion = '3.10'

function versionFlags(version: string): string {
  const [major, minor] = version.slice(1).split('.')
  const component = 'k8s.io/component-base/version'
  const client = 'k8s.io/client-go/pkg/version'
  return [
    `-X ${component}.gitVersion=${version}`,
    `-X ${component}.gitMajor=${major}`,
    `-X ${component}.gitMinor=${minor}`,
    `-X ${client}.gitVersion=${version}`,
  ].join(' ')
}
