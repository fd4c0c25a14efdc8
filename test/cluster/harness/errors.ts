/** A failure that the person at the keyboard can act on: printed as one message, without a stack. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError'
}

/** Runs a command of the harness: a ClusterError becomes one line on stderr and exit code 1. */
export async function main(command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    console.error(`netdoctor test cluster: ${error.message}`)
    process.exitCode = 1
  }
}
