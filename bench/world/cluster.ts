import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { application, applicationsOfNamespace, podsOfNode, replicas } from './application.ts'
import { plantFault } from './faults.ts'
import { clusterDns, namespaceObjects, nodeObject, objectsOf } from './objects.ts'
import { randomNumbers } from './random.ts'

/** Where the items of one kind lie in its file: `starts[i]` to `ends[i]`, and which of them a namespace has. */
export interface KindIndex {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly namespaces: Readonly<Record<string, readonly [first: number, after: number]>>
}

/** A generated cluster on disk: `KIND.json` with the items of a list, comma between them, and `index.json`. */
export interface ClusterIndex {
  readonly kinds: Readonly<Record<string, KindIndex>>
  /** `error service/selector-near-miss` -> how often a scan of the whole cluster must say so. */
  readonly expected: Readonly<Record<string, number>>
  readonly bytes: number
}

/** Writes a cluster of `pods` pods into `folder`, the same one in every run. */
export function writeCluster(folder: string, pods: number): ClusterIndex {
  mkdirSync(folder, { recursive: true })
  const files = new Map<string, ListFile>()
  const add = (objects: Readonly<Record<string, readonly unknown[]>>, namespace: string): void => {
    for (const [kind, items] of Object.entries(objects)) {
      const file = files.get(kind) ?? new ListFile(join(folder, `${kind}.json`))
      files.set(kind, file)
      for (const item of items) file.add(item, namespace)
    }
  }
  const random = randomNumbers(pods)
  const expected: Record<string, number> = {}
  const count = Math.floor(pods / replicas)
  for (let node = 0; node < Math.max(2, Math.ceil(pods / podsOfNode)); node++)
    add({ Node: [nodeObject(node)] }, '')
  add(clusterDns(), 'kube-system')
  for (let index = 0; index < count; index++) {
    const app = application(index, pods)
    if (index % applicationsOfNamespace === 0)
      add(namespaceObjects(app.namespace, index / applicationsOfNamespace), app.namespace)
    for (const expectation of plantFault(index, app, pods))
      expected[expectation] = (expected[expectation] ?? 0) + 1
    add(objectsOf(app, random), app.namespace)
  }
  const kinds = Object.fromEntries([...files].map(([kind, file]) => [kind, file.close()]))
  const bytes = Object.values(kinds).reduce((sum, { ends }) => sum + (ends.at(-1) ?? 0), 0)
  const index = { kinds, expected, bytes }
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index))
  return index
}

const flushAt = 4 << 20

class ListFile {
  readonly #file: number
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  readonly #namespaces: Record<string, [number, number]> = {}
  #waiting: string[] = []
  #waitingBytes = 0
  #length = 0

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  add(item: unknown, namespace: string): void {
    // The generated text is ASCII, so that characters are bytes.
    const text = JSON.stringify(item)
    const separator = this.#starts.length === 0 ? '' : ','
    const start = this.#length + separator.length
    const position = this.#starts.length
    this.#starts.push(start)
    this.#ends.push(start + text.length)
    this.#namespaces[namespace] = [this.#namespaces[namespace]?.[0] ?? position, position + 1]
    this.#length = start + text.length
    this.#waiting.push(separator + text)
    this.#waitingBytes += text.length
    if (this.#waitingBytes > flushAt) this.#flush()
  }

  close(): KindIndex {
    this.#flush()
    closeSync(this.#file)
    return { starts: this.#starts, ends: this.#ends, namespaces: this.#namespaces }
  }

  #flush(): void {
    writeSync(this.#file, this.#waiting.join(''))
    this.#waiting = []
    this.#waitingBytes = 0
  }
}
