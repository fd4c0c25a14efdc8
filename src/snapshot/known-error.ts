/** A failure that the user can mend: printed as one line, without a stack. */
export class KnownError extends Error {
  /** Stable name for programs and tests, such as `FILE_NOT_FOUND`. */
  readonly code: string

  /** @param message one sentence: what failed, on which object or server, why, and what to do */
  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'KnownError'
    this.code = code
  }
}
