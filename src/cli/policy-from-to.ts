import type { PolicyMode } from './policy-flags.ts'
import { UsageError } from './usage-error.ts'

/** `policy --from A --to B`: one verdict. */
export const fromTo: PolicyMode = {
  flags: ['from', 'to'],
  run: async () => {
    throw new UsageError('USAGE', 'policy --from --to is not built yet')
  },
}
