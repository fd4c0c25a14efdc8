import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSources } from '../../src/snapshot/files/sources.ts'
import { KnownError } from '../../src/snapshot/known-error.ts'

let folder = ''
const at = (name: string): string => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdoctor-sources-'))
  for (const name of ['many/b/.git', 'many/b/node_modules/x', 'many/..data', 'none'])
    mkdirSync(at(name), { recursive: true })
  for (const name of [
    'many/b/2.json',
    'many/1.yaml',
    'many/3.yml',
    'many/b/.git/4.yaml',
    'many/b/node_modules/x/5.yaml',
    'many/..data/6.yaml',
    'many/README.md',
  ])
    writeFileSync(at(name), name)
  writeFileSync(at('many/0.yaml.gz'), gzipSync('many/0.yaml.gz'))
  symlinkSync(at('many/README.md'), at('many/7.yaml'))
  symlinkSync(at('missing'), at('many/8.yaml'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function text(bytes: string | Uint8Array): string | undefined {
  writeFileSync(at('file'), bytes)
  return readSources([at('file')])[0]?.content
}

describe('a file', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['UTF-8', 'grüß', 'grüß'],
    ['UTF-8 with a byte order mark', '\uFEFFx', 'x'],
    ['UTF-16 as PowerShell writes it', Buffer.from('\uFEFFx: ü', 'utf16le'), 'x: ü'],
    ['UTF-16, big end first', Buffer.from('\uFEFFx', 'utf16le').swap16(), 'x'],
    ['gzip, whatever its name', gzipSync('x'), 'x'],
    ['gzip of several members', Buffer.concat([gzipSync('x'), gzipSync('y')]), 'xy'],
    ['bytes that are no UTF-8', Uint8Array.of(0x78, 0xff, 0x79), 'x\uFFFDy'],
    ['no bytes', '', ''],
  ])('is decoded: %s', (_, bytes, expected) => {
    expect(text(bytes)).toBe(expected)
  })

  test('that begins like gzip and is none is named', () => {
    expect(() => text(gzipSync('x'.repeat(1000)).subarray(0, 20))).toThrow(
      new KnownError('FILE_NOT_GZIP', `file ${at('file')} begins like a gzip file and cannot be unpacked`),
    )
  })

  test('that unpacks to more than can be read is named', () => {
    const bomb = gzipSync(Buffer.alloc(2 ** 29 + 1), { level: 1 })
    expect(() => text(bomb)).toThrow(/file holds more than 512 MiB|holds more than 512 MiB/)
  })

  test('that does not exist is named', () => {
    expect(() => readSources([at('missing')])).toThrow(`file ${at('missing')} does not exist`)
    expect(() => readSources([at('file/x')])).toThrow(KnownError)
  })

  test('given twice is read once', () => {
    text('x')
    expect(readSources([at('file'), at('file')])).toHaveLength(1)
  })
})

describe('a folder', () => {
  test('gives its manifests in order of name, of sub-folders too, without hidden ones', () => {
    expect(readSources([at('many')]).map(({ file }) => file.slice(folder.length + 1))).toEqual([
      'many/0.yaml.gz',
      'many/1.yaml',
      'many/3.yml',
      'many/7.yaml',
      'many/b/2.json',
    ])
  })

  test('without any is an error', () => {
    expect(() => readSources([at('none')])).toThrow(`folder ${at('none')} holds no .yaml, .yml or .json file`)
  })
})
