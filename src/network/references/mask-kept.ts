import type { ConfigMap } from '../../snapshot/kinds/config-map.ts'
import { isRecord } from '../../snapshot/kinds/json.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'
import { Inventory } from '../inventory/inventory.ts'
import type { Workload } from '../workloads/workload.ts'
import { Workloads } from '../workloads/workloads.ts'
import type { Dial, DialSource } from './dial.ts'
import { environmentOf } from './environment.ts'
import { hidden } from './expansion.ts'
import type { Span } from './found.ts'
import { keyWords } from './key-words.ts'
import type { Kept } from './mask-written.ts'
import { References } from './references.ts'
import { scan } from './scan.ts'

/** What may survive in the texts of a snapshot. */
export interface KeptTexts extends Omit<Kept, 'spans'> {
  /** Where addresses stand, by the whole text: pods and old revisions hold copies of it. */
  readonly spans: ReadonlyMap<string, readonly Span[]>
  /** Names of variables that some text refers to: their values are read as parts of it. */
  readonly referenced: ReadonlySet<string>
}

/** Finds what the model reads in the texts of a snapshot: by asking the model. */
export function keptTexts(snapshot: Snapshot): KeptTexts {
  const inventory = Inventory.of(snapshot)
  const workloads = new Workloads(inventory)
  const references = new References(inventory, workloads)
  const kept = new Collector(inventory)
  collectPorts(snapshot.objects, kept.ports)
  for (const configMap of inventory.list('ConfigMap').items) kept.addFiles(configMap)
  for (const namespace of workloads.namespaces()) {
    for (const workload of workloads.in(namespace).items) {
      kept.addVariables(workload)
      for (const dial of references.of(workload).items) kept.addDial(dial, workload)
    }
  }
  return kept
}

class Collector implements KeptTexts {
  readonly spans = new Map<string, Span[]>()
  readonly ports = new Set<string>()
  readonly variables = new Set<string>()
  readonly keyWords = new Set<string>()
  readonly referenced = new Set<string>()
  readonly #inventory: Inventory

  constructor(inventory: Inventory) {
    this.#inventory = inventory
  }

  addVariables(workload: Workload): void {
    for (const { container, path } of containersOf(workload)) {
      const { variables } = environmentOf(container, path, workload, this.#inventory)
      for (const name of [...variables.keys(), ...container.env.map((item) => item.name)]) this.#addName(name)
      const texts = [
        ...container.env.map(({ value = '' }) => value),
        ...(container.command ?? []),
        ...(container.args ?? []),
      ]
      for (const text of texts) this.addReferences(text)
      this.#addOverruled(container)
    }
  }

  /** Addresses in variables that a later one of the name takes the place of: a rule tells of both. */
  #addOverruled({ env }: Container): void {
    const names = new Set<string>()
    for (const { name, value = '' } of env.toReversed()) {
      if (names.has(name)) {
        for (const { hostSpan, portSpan } of scan(value, { key: name, mode: 'value' })) {
          this.#add(value, hostSpan)
          if (portSpan !== undefined) this.#add(value, portSpan)
        }
      }
      names.add(name)
    }
  }

  addFiles({ data }: ConfigMap): void {
    for (const [key, text] of Object.entries(data)) {
      for (const word of keyWords(key)) this.keyWords.add(word)
      this.addReferences(text)
    }
  }

  addReferences(text: string): void {
    for (const match of text.matchAll(/\$[({]?(\w{1,200})/g)) this.referenced.add(match[1] ?? '')
  }

  #addName(name: string): void {
    this.variables.add(name)
    for (const word of keyWords(name)) this.keyWords.add(word)
  }

  addDial(dial: Dial, workload: Workload): void {
    if (dial.port !== undefined) this.ports.add(String(dial.port))
    for (const source of [dial.source, dial.portSource]) {
      if (source === undefined) continue
      this.#add(source.value, source.span)
      this.#addComposed(source, dial, workload)
    }
  }

  #add(text: string, span: Span): void {
    const spans = this.spans.get(text)
    if (spans === undefined) this.spans.set(text, [span])
    else if (!spans.some(([start, end]) => start === span[0] && end === span[1])) spans.push(span)
  }

  /** `$(NAME).prod:5432`: the address is put together, and each variable holds a part of it. */
  #addComposed({ value, span }: DialSource, dial: Dial, workload: Workload): void {
    const written = value.slice(...span)
    if (!written.includes('$')) return
    for (const { container, path } of containersOf(workload)) {
      const { variables } = environmentOf(container, path, workload, this.#inventory)
      this.#addParts(written, dial, 0, (name) => {
        const text = variables.get(name)
        const shown = text === undefined || text === hidden ? [] : [text.origin.value]
        // Of variables of the same name, a reference sees the one that stands before it.
        return [...shown, ...container.env.flatMap((item) => (item.name === name ? (item.value ?? []) : []))]
      })
    }
  }

  #addParts(written: string, dial: Dial, depth: number, valuesOf: (name: string) => readonly string[]): void {
    for (const [, name = ''] of written.matchAll(/\$[({]?(\w{1,200})/g)) {
      for (const value of valuesOf(name)) {
        for (const { 0: part, index } of value.matchAll(/[\w.-]{1,253}/g)) {
          const isPart = dial.host.includes(part.toLowerCase()) || part === String(dial.port)
          if (isPart) this.#add(value, [index, index + part.length])
        }
        if (value.includes('$') && depth < 3) this.#addParts(value, dial, depth + 1, valuesOf)
      }
    }
  }
}

function containersOf({
  spec,
  specPath,
}: Workload): readonly { readonly container: Container; readonly path: string }[] {
  return [
    ...spec.initContainers.map((container, index) => ({
      container,
      path: `${specPath}.initContainers[${index}]`,
    })),
    ...spec.containers.map((container, index) => ({ container, path: `${specPath}.containers[${index}]` })),
  ]
}

const portFields = new Set(['port', 'targetPort', 'containerPort', 'nodePort', 'hostPort'])

/** Ports of Services, containers, probes and slices: a command that mentions one tells that it listens there. */
function collectPorts(value: unknown, ports: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectPorts(item, ports)
  else if (isRecord(value)) {
    for (const [key, child] of Object.entries(value)) {
      if (typeof child === 'object') collectPorts(child, ports)
      else if (portFields.has(key)) ports.add(String(child))
    }
  }
}
