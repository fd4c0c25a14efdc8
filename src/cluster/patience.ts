/** Remembers how many requests in a row ran into their time limit. */
export interface Patience {
  answered(): void
  timedOut(): void
  /** Whether the server is given up: it has let as many requests in a row wait for nothing as are sent at once. */
  readonly isLost: boolean
}

/** Without it a server that hangs would make each of some thirty lists wait for its own minute. */
export function createPatience(most: number): Patience {
  let inARow = 0
  return {
    answered: () => {
      inARow = 0
    },
    timedOut: () => {
      inARow++
    },
    get isLost() {
      return inARow >= most
    },
  }
}
