/** What the program needs of the process that it runs in; tests may give another. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Columns of standard output; where it is no terminal, or one of unknown size, those of COLUMNS, else 80. */
  readonly width: number
  /** Whether a line on standard error can be drawn again: a terminal whose size is known. */
  readonly isErrorTty: boolean
  readonly isOutputTty: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

const defaultWidth = 80
const widest = 120

/** The real terminal. Writing to a closed pipe (`| head`) ends quietly. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    width: Math.min(columnsIn(process.stdout) ?? columnsOf(process.env), widest),
    isErrorTty: columnsIn(process.stderr) !== undefined,
    isOutputTty: process.stdout.isTTY === true,
    env: process.env,
  }
}

/** A pseudo-terminal that nobody gave a size has 0 columns: ora would clear its line for ever. */
function columnsIn({ isTTY, columns }: NodeJS.WriteStream): number | undefined {
  return isTTY && columns > 0 ? columns : undefined
}

/** What a shell that exports COLUMNS says about a pipe's reader; 80 otherwise. */
function columnsOf({ COLUMNS }: NodeJS.ProcessEnv): number {
  const columns = Number(COLUMNS)
  return Number.isInteger(columns) && columns > 0 ? columns : defaultWidth
}

/** Whether standard output is coloured: asked for, or a terminal that nobody told otherwise. */
export function usesColor(choice: 'auto' | 'always' | 'never', { isOutputTty, env }: Terminal): boolean {
  if (choice !== 'auto') return choice === 'always'
  return isOutputTty && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
