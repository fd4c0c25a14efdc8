import { certificateFaults, proxyFaults, redirectFaults } from './connections.ts'
import { credentialFaults } from './credentials.ts'
import { type Fault, overBoth } from './fault.ts'
import { pageFaults } from './pages.ts'
import { refusalFaults } from './refusals.ts'
import { statusFaults } from './status-codes.ts'
import { versionFaults } from './versions.ts'
import { wireFaults } from './wire.ts'

/** Every way in which a reading is known to go wrong, and how it must end. A new one is a line in one of these. */
export const faults: readonly Fault[] = [
  ...credentialFaults,
  ...refusalFaults,
  ...statusFaults,
  ...pageFaults,
  ...wireFaults.flatMap(overBoth),
  ...certificateFaults,
  ...redirectFaults,
  ...proxyFaults,
  ...versionFaults,
]
