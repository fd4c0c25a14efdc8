import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { KnownError } from '../known-error.ts'

export interface SourceText {
  /** As given, or joined from the folder; `-` for standard input. */
  readonly file: string
  readonly content: string
}

const manifestName = /\.(ya?ml|json)(\.gz)?$/i
/** No text of this program's language can be longer; it is more than any snapshot of a large cluster. */
const largestBytes = 2 ** 29 - 24
const standardInput = 0

/**
 * Reads what `-f` names: a file, a folder (every .yaml, .yml and .json in it, recursively, in order of name, gzipped
 * or not; hidden folders and node_modules are left out), or `-` for standard input, which is read once. Text is UTF-8,
 * or UTF-16 with a byte order mark, as PowerShell writes it.
 *
 * @throws KnownError when a path does not exist, cannot be read or unpacked, is too large, or a folder holds nothing
 * of use
 */
export function readSources(paths: readonly string[]): readonly SourceText[] {
  return [...new Set(paths)].flatMap((path) =>
    path === '-' ? [{ file: '-', content: decode('-', readOrFail(standardInput, '-')) }] : readPath(path),
  )
}

function readPath(path: string): readonly SourceText[] {
  if (!statOrFail(path).isDirectory()) return [{ file: path, content: decode(path, readOrFail(path, path)) }]
  const files = filesIn(path)
  if (files.length === 0)
    throw new KnownError('FOLDER_EMPTY', `folder ${path} holds no .yaml, .yml or .json file`)
  return files.map((file) => ({ file, content: decode(file, readOrFail(file, file)) }))
}

/** Manifests below a folder. Links to files are followed (a mounted ConfigMap has them), links to folders are not. */
function filesIn(folder: string): readonly string[] {
  return listOrFail(folder)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.name.startsWith('.') || entry.name === 'node_modules') return []
      if (entry.isDirectory()) return filesIn(path)
      if (!manifestName.test(entry.name)) return []
      return entry.isFile() || (entry.isSymbolicLink() && isFile(path)) ? [path] : []
    })
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function listOrFail(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    throw new KnownError('FILE_UNREADABLE', `folder ${folder} cannot be read: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

function statOrFail(path: string): Stats {
  let stat: Stats | undefined
  try {
    stat = statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw new KnownError('FILE_UNREADABLE', `file ${path} cannot be read: ${reasonOf(error)}`, {
      cause: error,
    })
  }
  if (stat === undefined) throw new KnownError('FILE_NOT_FOUND', `file ${path} does not exist`)
  return stat
}

function readOrFail(source: string | number, name: string): Buffer {
  try {
    return readFileSync(source)
  } catch (error) {
    throw new KnownError('FILE_UNREADABLE', `file ${name} cannot be read: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}

/** Node says `EACCES: permission denied, open 'FILE'`; code and file stand in our sentence already. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return /^[A-Z0-9]+: ([^,]+), \w+/.exec(error.message)?.[1] ?? error.message
}

/** Unpacks gzip by its magic bytes, whatever the name, and decodes; a byte order mark is dropped. */
function decode(name: string, bytes: Buffer): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unpack(name, bytes) : bytes
  if (plain.length > largestBytes) throw tooLarge(name)
  return new TextDecoder(encodingOf(plain)).decode(plain)
}

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

function unpack(name: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: largestBytes })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(name)
    throw new KnownError('FILE_NOT_GZIP', `file ${name} begins like a gzip file and cannot be unpacked`, {
      cause: error,
    })
  }
}

function tooLarge(name: string): KnownError {
  return new KnownError('FILE_TOO_LARGE', `file ${name} holds more than 512 MiB: ask for fewer namespaces`)
}
