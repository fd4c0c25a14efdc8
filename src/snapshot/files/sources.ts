import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { KnownError } from '../known-error.ts'

export interface SourceText {
  /** As given, or joined from the folder; `-` for standard input. */
  readonly file: string
  readonly content: string
}

const manifestName = /\.(ya?ml|json)(\.gz)?$/i
/** More than any snapshot of a large cluster; less than what would exhaust memory unasked. */
const largestBytes = 2 ** 31 - 1
const standardInput = 0

/**
 * Reads what `-f` names: a file, a folder (every .yaml, .yml and .json in it, recursively, in order of name, gzipped
 * or not), or `-` for standard input.
 *
 * @throws KnownError when a path does not exist, cannot be read, or a folder holds nothing of use
 */
export function readSources(paths: readonly string[]): readonly SourceText[] {
  return paths.flatMap((path) =>
    path === '-' ? [{ file: '-', content: decode(path, readOrFail(standardInput, '-')) }] : readPath(path),
  )
}

function readPath(path: string): readonly SourceText[] {
  const stat = statOrFail(path)
  if (!stat.isDirectory()) return [{ file: path, content: decode(path, readOrFail(path, path)) }]
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && manifestName.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length === 0)
    throw new KnownError('FOLDER_EMPTY', `folder ${path} holds no .yaml, .yml or .json file`)
  return files.map((file) => ({ file, content: decode(file, readOrFail(file, file)) }))
}

function statOrFail(path: string): ReturnType<typeof statSync> & { isDirectory(): boolean } {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new KnownError('FILE_NOT_FOUND', `file ${path} does not exist`)
  return stat
}

function readOrFail(source: string | number, name: string): Buffer {
  try {
    return readFileSync(source)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new KnownError('FILE_UNREADABLE', `file ${name} cannot be read: ${reason}`, { cause: error })
  }
}

/** Unpacks gzip by its magic bytes, whatever the name, and decodes UTF-8 (a byte order mark is dropped). */
function decode(name: string, bytes: Buffer): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  try {
    const plain = isGzip ? gunzipSync(bytes, { maxOutputLength: largestBytes }) : bytes
    return new TextDecoder().decode(plain)
  } catch (error) {
    throw new KnownError('FILE_NOT_GZIP', `file ${name} begins like a gzip file and cannot be unpacked`, {
      cause: error,
    })
  }
}
