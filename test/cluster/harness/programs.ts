import { join } from 'node:path'
import { buildModule, coredns, coreModules, kubernetes, registry } from '../build/binaries.ts'
import { buildImages } from '../build/images.ts'
import { kubeRouter } from '../build/kube-router.ts'

/** Paths of the programs that the cluster is made of. */
export interface Programs {
  readonly kubernetes: (name: string) => string
  readonly coredns: string
  readonly kubeRouter: string
  readonly registry: string
  readonly imageStore: string
}

/** Builds what the cache lacks and returns where everything is. */
export async function buildPrograms(options: { readonly withTraefik: boolean }): Promise<Programs> {
  for (const module of coreModules) await buildModule(module)
  const imageStore = await buildImages(options)
  const kubernetesDir = await buildModule(kubernetes)
  return {
    kubernetes: (name) => join(kubernetesDir, name),
    coredns: join(await buildModule(coredns), 'coredns'),
    kubeRouter: join(await buildModule(kubeRouter), 'kube-router'),
    registry: join(await buildModule(registry), 'registry'),
    imageStore,
  }
}
