import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/** What each folder may import, besides itself. The arrows of docs/architecture.md. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  snapshot: [],
  network: ['snapshot'],
  cluster: ['snapshot'],
  trace: ['network', 'snapshot'],
  change: ['trace', 'network', 'snapshot'],
  rules: ['trace', 'network', 'snapshot'],
  diagnosis: ['change', 'rules', 'trace', 'network', 'snapshot'],
  report: ['diagnosis', 'change', 'rules', 'trace', 'network', 'snapshot'],
  live: ['diagnosis', 'trace', 'network', 'cluster', 'snapshot'],
  cli: ['live', 'report', 'diagnosis', 'change', 'rules', 'trace', 'network', 'cluster', 'snapshot'],
}

/** Inside network: each sub-model may take those before it. */
const network: Readonly<Record<string, readonly string[]>> = {
  inventory: [],
  workloads: ['inventory'],
  services: ['inventory', 'workloads'],
  policy: ['inventory'],
  dns: ['inventory', 'workloads', 'services'],
  references: ['inventory', 'workloads', 'services', 'dns'],
  routes: ['inventory', 'workloads', 'services', 'dns', 'references'],
  traffic: ['inventory', 'workloads', 'services', 'dns', 'references', 'routes'],
  flows: ['inventory', 'workloads', 'services', 'policy', 'dns', 'references', 'routes', 'traffic'],
}

/** Packages that compute, and touch nothing outside. */
const purePackages = ['re2js']

/** Folders without any contact with the outside: no Node module, no clock, no randomness. */
const pure = ['network', 'trace', 'change', 'rules', 'diagnosis', 'snapshot/kinds', 'report/views']

interface Import {
  readonly from: string
  readonly to: string
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join('src', file), 'utf8')
  return [...text.matchAll(/(?:\bfrom |^import |\bimport\()'([^'\n]+)'/gm)].map(([, to = '']) => ({
    from: file,
    to: to.startsWith('.') ? relative('src', resolve('src', dirname(file), to)) : to,
  }))
}

const imports = files.flatMap(importsOf)
const inside = imports.filter(({ to }) => files.includes(to))
const folder = (file: string): string => file.split('/')[0] ?? ''
const subModel = (file: string): string =>
  file.startsWith('network/') && file.split('/').length > 2 ? (file.split('/')[1] ?? '') : ''

describe('imports', () => {
  test('go one way between folders', () => {
    const wrong = inside.filter(
      ({ from, to }) => folder(from) !== folder(to) && !(arrows[folder(from)] ?? []).includes(folder(to)),
    )
    expect(wrong).toEqual([])
  })

  test('go one way inside the network model', () => {
    const wrong = inside.filter(({ from, to }) => {
      const [a, b] = [subModel(from), subModel(to)]
      return a !== '' && folder(to) === 'network' && a !== b && b !== '' && !(network[a] ?? []).includes(b)
    })
    expect(wrong).toEqual([])
  })

  test('of every folder are declared', () => {
    expect(
      [...new Set(files.filter((file) => file.includes('/')).map(folder))].filter(
        (name) => !Object.hasOwn(arrows, name),
      ),
    ).toEqual([])
  })

  test('keep Node modules out of the pure folders', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        pure.some((name) => from.startsWith(`${name}/`)) && !files.includes(to) && !purePackages.includes(to),
    )
    expect(wrong).toEqual([])
  })

  test('keep terminal and argument parsing in cli', () => {
    const terminal = ['yargs', 'yargs/helpers', 'ora', 'node:process', 'node:readline', 'node:tty']
    expect(imports.filter(({ from, to }) => folder(from) !== 'cli' && terminal.includes(to))).toEqual([])
  })
})

describe('pure folders', () => {
  test('have neither clock nor randomness', () => {
    const wrong = files
      .filter((file) => pure.some((name) => file.startsWith(`${name}/`)))
      .filter((file) =>
        /Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|\bprocess\.(env|argv|cwd|hrtime|exit)/.test(
          readFileSync(join('src', file), 'utf8'),
        ),
      )
    expect(wrong).toEqual([])
  })
})
