import { whatIf } from '../change/what-if.ts'
import type { PolicyFault } from '../diagnosis/flow/invalid.ts'
import { refusedPolicies } from '../diagnosis/reach/refused.ts'
import type { Edit } from '../network/edit.ts'
import { Network } from '../network/network.ts'
import { cniProfiles } from '../network/policy/profile.ts'
import { escapeText } from '../report/escape.ts'
import { whatIfResult } from '../report/policy-what-if-result.ts'
import { whatIfView } from '../report/views/policy-what-if.ts'
import type { Origin } from '../snapshot/files/documents.ts'
import { parseFile } from '../snapshot/files/documents.ts'
import type { Locate } from '../snapshot/files/load.ts'
import { locator } from '../snapshot/files/locate.ts'
import { parseObjects } from '../snapshot/files/parse-objects.ts'
import { readSources, type SourceText } from '../snapshot/files/sources.ts'
import { record, text } from '../snapshot/kinds/json.ts'
import { definitionOf, type KubeObject } from '../snapshot/kinds/kinds.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { keyOf, type ObjectReference, referenceTo } from '../snapshot/snapshot.ts'
import type { ExitCode } from './exit-code.ts'
import { type Input, withInput, written } from './input.ts'
import { parsePlace } from './places.ts'
import type { PolicyArguments, PolicyMode } from './policy-flags.ts'
import { findPolicy } from './policy-name.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'

/** `policy --what-if FILE` and `--without NAME`: which flows would change, before anything is applied. */
export const whatIfApplied: PolicyMode = {
  flags: ['what-if', 'without'],
  run: async (args, terminal) => {
    const sources = args['what-if'] === undefined ? [] : readSources([args['what-if']])
    const wants = {
      everything: args['all-namespaces'],
      namespaces: namespacesNamed(sources, args.without ?? []),
    }
    return withInput(args, wants, terminal, (input) => compare(args, sources, input, terminal))
  },
}

/** Namespaces that the edits are about: where a cluster may not be read whole, these are read too. */
function namespacesNamed(sources: readonly SourceText[], without: readonly string[]): readonly string[] {
  const objects = sources.flatMap(({ file, content }) => parseFile(file, content).objects)
  const named = objects.flatMap(({ json }) => text(record(json['metadata'])['namespace']) ?? [])
  return [...new Set([...named, ...without.flatMap((name) => parsePlace(name).namespace ?? [])])]
}

interface Proposal {
  readonly objects: readonly KubeObject[]
  readonly locate: Locate
  readonly notes: readonly string[]
}

function compare(
  args: PolicyArguments,
  sources: readonly SourceText[],
  input: Input,
  terminal: Terminal,
): ExitCode {
  const network = Network.of(input.snapshot)
  const proposal = readProposal(sources, args.namespace ?? input.namespace ?? 'default', terminal)
  const removed = (args.without ?? []).map((name) => findPolicy(name, input, network))
  const put = proposal.objects.map((object) => ({
    reference: referenceTo(object),
    isNew:
      network.inventory.get(object.kind, object.metadata.namespace ?? '', object.metadata.name).items
        .length === 0,
  }))
  refuseBoth(
    put.map(({ reference }) => reference),
    removed,
  )
  const edits = [
    ...removed.map((reference): Edit => ({ kind: 'delete', reference })),
    ...proposal.objects.map((object): Edit => ({ kind: 'create', reference: referenceTo(object), object })),
  ]
  const profile = cniProfiles.find(({ name }) => name === args.cni)
  const result = whatIf(edits, network, profile)
  if (result === undefined) throw new KnownError('NOT_FOUND', 'an object to change is not there any more')
  const context = {
    put,
    removed,
    profile: profile ?? network.policy.profile,
    gaps: [...network.workloads.unread(), ...network.inventory.gaps('NetworkPolicy')],
    notes: [...proposal.notes, ...namespacesNotes(proposal.objects, network)],
    refused: refusedIn(proposal.objects, network),
    locate: either(proposal.locate, written(input)),
    home: args['all-namespaces'] ? undefined : input.namespace,
  }
  print(args, terminal, {
    result: () => whatIfResult(result, context, input.snapshot),
    document: () => whatIfView(result, context, args.output === 'wide'),
  })
  if (result.pairs.denied > 0) return 1
  return args.strict && (result.pairs.unknown > 0 || context.gaps.length > 0) ? 4 : 0
}

/** @throws KnownError when a part of a file cannot be read: a comparison with the rest would be another one */
function readProposal(sources: readonly SourceText[], namespace: string, terminal: Terminal): Proposal {
  const files = sources.map(({ file, content }) => parseFile(file, content))
  const raw = files.flatMap(({ objects }) => objects)
  const parsed = parseObjects(raw, namespace)
  const warnings = [...files.flatMap((file) => file.warnings), ...parsed.warnings]
  const broken = warnings.find((warning) => warning.includes('is left out'))
  if (broken !== undefined) throw new KnownError('FILE_BROKEN', `nothing is compared: ${broken}`)
  for (const warning of warnings) terminal.err(`warning: ${escapeText(warning)}\n`)
  for (const [kind, number] of parsed.skipped)
    terminal.err(
      `warning: ${number} ${escapeText(kind)}: not a kind that netdoctor reads; left out of the comparison\n`,
    )
  const [source] = sources
  if (source !== undefined && parsed.objects.length === 0)
    throw new KnownError('NO_OBJECTS', `no Kubernetes object that netdoctor reads is in ${source.file}`)
  const placed = raw.filter(({ json }) => (text(record(json['metadata'])['namespace']) ?? '') === '')
  const names = parsed.objects
    .filter((object) => definitionOf(object.kind).namespaced && isPlaced(object, placed, parsed.origins))
    .map(({ metadata }) => metadata.name)
  return {
    objects: parsed.objects,
    locate: locator(sources, parsed.origins),
    notes:
      names.length === 0
        ? []
        : [
            `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}: no namespace in the file, taken for namespace ${namespace} as kubectl would`,
          ],
  }
}

function isPlaced(
  object: KubeObject,
  placed: readonly { readonly origin: Origin }[],
  origins: ReadonlyMap<string, Origin>,
): boolean {
  const origin = origins.get(keyOf({ kind: object.kind, ...object.metadata }))
  return placed.some((item) => item.origin === origin)
}

function namespacesNotes(objects: readonly KubeObject[], network: Network): readonly string[] {
  const own = new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name))
  const known = new Set([
    ...network.workloads.namespaces(),
    ...network.inventory.list('Namespace').items.map(({ metadata }) => metadata.name),
    ...own,
  ])
  const missing = new Set(
    objects.flatMap(({ metadata }) =>
      metadata.namespace === undefined || known.has(metadata.namespace) ? [] : metadata.namespace,
    ),
  )
  return [...missing].map((name) => `namespace ${name} has no pods here: its policies change nothing`)
}

/** What the API server would refuse of the objects that are put in place. */
function refusedIn(objects: readonly KubeObject[], network: Network): readonly PolicyFault[] {
  const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))
  const keys = new Set(objects.map((object) => keyOf(referenceTo(object))))
  const { policy } = network.with({ put: objects, remove: [] })
  return refusedPolicies(policy, [...namespaces]).filter((fault) => keys.has(keyOf(fault.policy)))
}

function refuseBoth(put: readonly ObjectReference[], removed: readonly ObjectReference[]): void {
  const keys = new Set(put.map(keyOf))
  const both = removed.find((reference) => keys.has(keyOf(reference)))
  if (both !== undefined)
    throw new KnownError(
      'CONTRADICTION',
      `${both.kind} ${both.name} is in the file of --what-if and named by --without: leave one out`,
    )
}

function either(first: Locate, second: Locate | undefined): Locate {
  return (reference, field) => first(reference, field) ?? second?.(reference, field)
}
