import { type FileOptions, type LoadedFiles, loadFiles } from '../../src/snapshot/files/load.ts'
import { keyOf } from '../../src/snapshot/snapshot.ts'

/** Loads files given as name and content. */
export function loaded(
  files: Readonly<Record<string, string>>,
  options: Partial<FileOptions> = {},
): LoadedFiles {
  const sources = Object.entries(files).map(([file, content]) => ({ file, content }))
  return loadFiles(sources, { isComplete: false, defaultNamespace: 'default', ...options })
}

/** Keys of the objects of one YAML or JSON text. */
export function keysOf(content: string): readonly string[] {
  return keys(loaded({ 'a.yaml': content }))
}

export function keys({ snapshot }: LoadedFiles): readonly string[] {
  return snapshot.objects.map(({ kind, metadata }) => keyOf({ kind, ...metadata }))
}

export const pod = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n  namespace: a\n${more}`

export const jsonPod = (name: string, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'a', ...metadata },
})
