import { defineCommand } from './command.ts'
import { client, destination } from './completion/value.ts'
import { assertVerdicts } from './policy-assert.ts'
import { type PolicyArguments, type PolicyMode, policyFlags } from './policy-flags.ts'
import { fromTo } from './policy-from-to.ts'
import { matrix } from './policy-matrix.ts'
import { overview } from './policy-overview.ts'
import { whatIfApplied } from './policy-what-if.ts'
import { UsageError } from './usage-error.ts'

/** What can be asked, by flag. A new mode is a file and a line here. */
const modes: readonly PolicyMode[] = [fromTo, assertVerdicts, whatIfApplied, matrix]

export const policy = defineCommand({
  usage: 'policy',
  describe: 'what network policies allow',
  examples: [
    ['kubectl netdoctor policy', 'who may talk to whom, in words'],
    ['kubectl netdoctor policy --from deploy/web --to svc/auth:80', 'one verdict, and why'],
    ['kubectl netdoctor policy --to svc/auth', 'who may reach it (--from deploy/web: where it may go)'],
    ['kubectl netdoctor policy --without deny-all', 'what would change without that policy'],
    [
      'kubectl netdoctor policy --assert checks.yaml -f manifests/ -o junit',
      'CI: is what should pass allowed, and all else denied? checks.yaml holds lines such as\n      - {from: shop/deploy/web, to: shop/svc/auth:80, expect: allow}',
    ],
  ],
  completes: {
    from: client,
    to: destination,
    without: { of: 'objects', kinds: ['NetworkPolicy'] },
    'what-if': { of: 'files' },
    assert: { of: 'files' },
    bases: { of: 'files' },
  },
  flags: (yargs) => policyFlags(yargs),
  run: (args, terminal) => modeOf(args).run(args, terminal),
})

function modeOf(args: PolicyArguments): PolicyMode {
  const asked = modes.filter(({ flags }) => flags.some((name) => isGiven(args[name])))
  const [first = overview, second] = asked
  if (second !== undefined)
    throw new UsageError(
      'USAGE',
      `--${first.flags.join(' and --')} and --${second.flags.join(' or --')} are different questions: ask one`,
    )
  return first
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== false
