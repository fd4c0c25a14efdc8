import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { ClusterError } from '../harness/errors.ts'

/** The `config` object of an OCI image: what runs, and as whom. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Env?: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
}

const mediaType = (name: string): string => `application/vnd.oci.image.${name}`

/**
 * Writes a single-layer image of the folder `rootfs` into the store's blobs and returns the sha256 of its manifest. The same
 * folder always gives the same image.
 */
export async function writeImage(storeDir: string, rootfs: string, config: ImageConfig): Promise<string> {
  const blobs = join(storeDir, 'blobs')
  await mkdir(blobs, { recursive: true })
  const save = async (content: Buffer): Promise<Descriptor> => {
    const hex = sha256(content)
    await writeFile(join(blobs, hex), content)
    return { digest: `sha256:${hex}`, size: content.length }
  }

  const layer = await tarOf(rootfs)
  const layerBlob = await save(gzipSync(layer, { level: 1 }))
  const configBlob = await save(
    json({
      architecture: imageArchitecture(),
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  )
  const manifest = await save(
    json({
      schemaVersion: 2,
      mediaType: mediaType('manifest.v1+json'),
      config: { mediaType: mediaType('config.v1+json'), ...configBlob },
      layers: [{ mediaType: mediaType('layer.v1.tar+gzip'), ...layerBlob }],
    }),
  )
  return manifest.digest.slice('sha256:'.length)
}

interface Descriptor {
  readonly digest: string
  readonly size: number
}

const stableTar = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu']

async function tarOf(dir: string): Promise<Buffer> {
  const tar = spawn('tar', ['-C', dir, ...stableTar, '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [content, [exitCode]] = await Promise.all([buffer(tar.stdout), once(tar, 'close')])
  if (exitCode !== 0) throw new ClusterError(`tar of ${dir} ended with exit code ${exitCode}`)
  return content
}

function imageArchitecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
