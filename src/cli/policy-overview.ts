import type { PolicyMode } from './policy-flags.ts'
import { UsageError } from './usage-error.ts'

/** `policy`: what the policies of a namespace allow, workload by workload. */
export const overview: PolicyMode = {
  flags: [],
  run: async () => {
    throw new UsageError('USAGE', 'policy is not built yet')
  },
}
