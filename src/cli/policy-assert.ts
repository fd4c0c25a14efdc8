import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type CheckedExpectations, checkExpected } from '../diagnosis/expected/check-expected.ts'
import type { PolicyFault } from '../diagnosis/flow/invalid.ts'
import { refusedPolicies } from '../diagnosis/reach/refused.ts'
import { Network } from '../network/network.ts'
import { escapeText } from '../report/escape.ts'
import { toJunit } from '../report/formats/junit.ts'
import { faultText } from '../report/policy-fault.ts'
import { assertResult, assertSuites, assertView, wrongLines } from '../report/views/policy-assert.ts'
import { manifestCoverage } from '../snapshot/files/coverage.ts'
import { type Origin, parseFile, type RawObject } from '../snapshot/files/documents.ts'
import { type ExpectationFault, type Expectations, readExpectations } from '../snapshot/files/expectations.ts'
import { type Locate, loadFiles } from '../snapshot/files/load.ts'
import { locator } from '../snapshot/files/locate.ts'
import { parseObjects } from '../snapshot/files/parse-objects.ts'
import { readSources, type SourceText } from '../snapshot/files/sources.ts'
import { isRecord } from '../snapshot/kinds/json.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { keyOf, type Snapshot } from '../snapshot/snapshot.ts'
import type { ExitCode } from './exit-code.ts'
import { withInput } from './input.ts'
import type { PolicyArguments, PolicyMode } from './policy-flags.ts'
import { parseFlowPlace } from './policy-place.ts'
import { policiesFor } from './policy-plugin.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'

const mostFaults = 20

/** `policy --assert FILE`: expected verdicts, checked in the world of `-f`, of their own resources, or of the cluster. */
export const assertVerdicts: PolicyMode = {
  flags: ['assert'],
  run: async (args, terminal) => {
    const sources = readSources([args.assert ?? ''])
    const { all, faults, warnings } = readExpectations(sources)
    for (const warning of warnings) terminal.err(`warning: ${escapeText(warning)}\n`)
    if (faults.length > 0) return refuse(faults, terminal)
    const bases = readBases(args, sources, all)
    const needsCluster =
      args.filename === undefined &&
      all.some(({ base, resources }) => base === undefined && resources.length === 0)
    if (needsCluster)
      return withInput(args, { everything: args['all-namespaces'] }, terminal, ({ snapshot }) =>
        check(all, { snapshot, origins: new Map(), sources: [] }, bases, sources, args, terminal),
      )
    return check(all, fromFiles(args, terminal), bases, sources, args, terminal)
  },
}

/** Names everything that is wrong, and does nothing else. */
function refuse(faults: readonly ExpectationFault[], terminal: Terminal): ExitCode {
  for (const { at, message } of faults.slice(0, mostFaults))
    terminal.err(`netdoctor: ${escapeText(at === '' ? message : `${at}: ${message}`)}\n`)
  const more = faults.length - mostFaults
  if (more > 0) terminal.err(`netdoctor: and ${more} more like these\n`)
  return 2
}

interface Shared {
  readonly snapshot: Snapshot | undefined
  readonly origins: ReadonlyMap<string, Origin>
  readonly sources: readonly SourceText[]
}

function fromFiles({ filename, namespace }: PolicyArguments, terminal: Terminal): Shared {
  if (filename === undefined) return { snapshot: undefined, origins: new Map(), sources: [] }
  const sources = readSources(filename)
  const { snapshot, warnings, origins } = loadFiles(sources, {
    isComplete: true,
    defaultNamespace: namespace ?? 'default',
  })
  for (const warning of warnings) terminal.err(`warning: ${escapeText(warning)}\n`)
  const { coverage } = snapshot
  // A saved snapshot knows what it lacks; of anything else, what is not in the files does not exist.
  const isSaved = coverage.world === 'closed' && origins.size < snapshot.objects.length
  return {
    snapshot: isSaved
      ? snapshot
      : { ...snapshot, coverage: { ...manifestCoverage(true), declared: coverage.declared } },
    origins,
    sources,
  }
}

type Bases = ReadonlyMap<string, readonly RawObject[]>

/** The lists of objects that documents are laid over: `--bases FILE`, else bases.json beside the file. */
function readBases(
  { bases, assert = '' }: PolicyArguments,
  sources: readonly SourceText[],
  all: readonly Expectations[],
): Bases {
  const wanted = all.find(({ base }) => base !== undefined)
  const beside = join(dirname(assert), 'bases.json')
  const file = bases ?? (assert !== '-' && sources.length > 0 && existsSync(beside) ? beside : undefined)
  if (wanted === undefined) return new Map()
  const found = new Map<string, readonly RawObject[]>()
  for (const { content } of file === undefined ? [] : readSources([file]))
    for (const { json, origin } of parseFile(file ?? '', content).objects)
      for (const [name, list] of Object.entries(json))
        if (Array.isArray(list))
          found.set(
            name,
            list.flatMap((item, index) =>
              isRecord(item) ? [{ json: item, origin: { ...origin, path: [name, index] } }] : [],
            ),
          )
  const missing = all.find(({ base }) => base !== undefined && !found.has(base))
  if (missing !== undefined)
    throw new KnownError(
      'BASE_NOT_FOUND',
      `${missing.locate('base')}: there is no base "${missing.base}" in ${file ?? 'any file'}: name the file of bases with --bases FILE`,
    )
  return found
}

function check(
  all: readonly Expectations[],
  shared: Shared,
  bases: Bases,
  sources: readonly SourceText[],
  args: PolicyArguments,
  terminal: Terminal,
): ExitCode {
  const faults: ExpectationFault[] = []
  const refused = new Map<string, PolicyFault>()
  const plain = shared.snapshot === undefined ? undefined : Network.of(shared.snapshot)
  const origins = new Map(shared.origins)
  const checked = all.map((document) => {
    const raw = [...(bases.get(document.base ?? '') ?? []), ...document.resources]
    const network =
      raw.length === 0 && plain !== undefined ? plain : overlaid(raw, shared, args, origins, faults)
    const result = checkExpected(document, network, policiesFor(args, network), {
      parse: (text) => parseFlowPlace(text).place,
      namespace: args.namespace,
    })
    for (const fault of refusedPolicies(network.policy, network.inventory.namespacesOf('NetworkPolicy')))
      refused.set(`${keyOf(fault.policy)} ${fault.problem.field}`, fault)
    for (const { field, message } of result.faults) faults.push({ at: document.locate(field), message })
    return result
  })
  if (faults.length > 0) return refuse(faults, terminal)
  const locate = locator([...shared.sources, ...sources], origins)
  for (const fault of refused.values())
    terminal.err(`warning: the API server would refuse it: ${faultText(fault, locate)}\n`)
  write(checked, sources, locate, args, terminal)
  return checked.some(({ wrong }) => wrong.length > 0) ? 1 : 0
}

/** The shared world with objects of one document laid over it: the last of a name counts. */
function overlaid(
  raw: readonly RawObject[],
  { snapshot }: Shared,
  { namespace = 'default' }: PolicyArguments,
  origins: Map<string, Origin>,
  faults: ExpectationFault[],
): Network {
  const last = new Map<string, RawObject>()
  for (const item of raw) last.set(identity(item), item)
  const parsed = parseObjects([...last.values()], namespace)
  for (const message of parsed.warnings.filter((text) => text.endsWith('is left out')))
    faults.push({ at: '', message })
  for (const [key, origin] of parsed.origins) origins.set(key, origin)
  const objects = new Map(
    [...(snapshot?.objects ?? []), ...parsed.objects].map((object) => [
      keyOf({ kind: object.kind, ...object.metadata }),
      object,
    ]),
  )
  const empty = { takenAt: new Date(0).toISOString(), server: { source: 'files' }, observations: [] }
  return Network.of({
    ...(snapshot ?? { ...empty, coverage: manifestCoverage(true) }),
    objects: [...objects.values()],
  })
}

function identity({ json }: RawObject): string {
  const metadata = isRecord(json['metadata']) ? json['metadata'] : {}
  return JSON.stringify([json['apiVersion'], json['kind'], metadata['namespace'], metadata['name']])
}

function write(
  checked: readonly CheckedExpectations[],
  sources: readonly SourceText[],
  locate: Locate,
  args: PolicyArguments,
  terminal: Terminal,
): void {
  const document = assertView(checked, locate)
  const isText = args.output === 'table' || args.output === 'wide'
  print(args, terminal, {
    result: () =>
      assertResult(
        checked,
        sources.map(({ file }) => file),
        locate,
      ),
    document: () => (isText ? document.slice(0, 1) : document),
    junit: () => toJunit('kubectl netdoctor policy --assert', assertSuites(checked, locate)),
  })
  // Each stays one line, however narrow the terminal is: they are searched and counted.
  if (isText) for (const line of wrongLines(checked, locate)) terminal.out(`  ${line}\n`)
}
