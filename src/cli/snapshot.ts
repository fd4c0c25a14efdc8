import { closeSync, fchmodSync, fstatSync, openSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { maskSnapshot } from '../network/references/mask.ts'
import { count } from '../report/words.ts'
import { snapshotToJson } from '../snapshot/files/saved.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { defineCommand } from './command.ts'
import { withInput } from './input.ts'
import { allNamespacesFlag, inputFlags, outputFileFlag } from './options.ts'

export const snapshot = defineCommand({
  usage: 'snapshot',
  describe: 'save what is read, masked',
  examples: [['kubectl netdoctor snapshot -o now.json', 'keep it; read it again with -f']],
  completes: { output: { of: 'files' } },
  flags: (yargs) => outputFileFlag(allNamespacesFlag(inputFlags(yargs), 'events of all namespaces too')),
  run: (args, terminal) =>
    withInput(args, { everything: args['all-namespaces'] }, terminal, (input) => {
      const masked = maskSnapshot(input.snapshot)
      const json = snapshotToJson(masked)
      if (args.output === '-') terminal.out(json)
      else {
        write(args.output, args.output.endsWith('.gz') ? gzipSync(json) : json)
        terminal.err(
          `saved ${count(masked.objects.length, 'object')} to ${args.output}, values of env, args and ConfigMaps masked\n`,
        )
      }
      return 0
    }),
})

/** Only the owner may read it: names and addresses of a cluster are nobody else's business. */
function write(path: string, content: string | Uint8Array): void {
  try {
    const file = openSync(path, 'w', 0o600)
    // A file that was there before keeps its mode when it is written to.
    if (fstatSync(file).isFile()) fchmodSync(file, 0o600)
    writeFileSync(file, content)
    closeSync(file)
  } catch (error) {
    throw new KnownError(
      'FILE_NOT_WRITTEN',
      `snapshot could not be written to ${path}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
}
