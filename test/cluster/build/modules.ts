import { join } from 'node:path'
import { sourceDir } from '../harness/paths.ts'

/** One Go module under `go/`: the programs that are built from it, and how. */
export interface GoModule {
  readonly name: string
  readonly version: string
  /** Program name -> package to build. */
  readonly programs: Readonly<Record<string, string>>
  readonly ldflags?: string
  /** Called with a private copy of the module's folder, to change sources that the proxy delivers. */
  readonly prepare?: (dir: string) => Promise<void>
}

/** The folder that pins the module. */
export function moduleDir(module: GoModule): string {
  return join(sourceDir, 'go', module.name)
}
