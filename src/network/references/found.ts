/** An address found in a text, with where it stands there. */
export interface Found {
  /** A DNS name in lower case without final dot, or an IP address without brackets. */
  readonly host: string
  readonly address?: 4 | 6 | undefined
  readonly port?: number | undefined
  /** Where the port is written: beside the host, or under a key of its own. */
  readonly portSpan?: Span | undefined
  readonly protocol: 'TCP' | 'UDP'
  readonly scheme?: string | undefined
  readonly hostSpan: Span
}

export type Span = readonly [start: number, end: number]

/** The same address found in a part of a text that starts at `offset`. */
export function shifted(found: Found, offset: number): Found {
  const move = ([start, end]: Span): Span => [start + offset, end + offset]
  const { hostSpan, portSpan } = found
  return { ...found, hostSpan: move(hostSpan), portSpan: portSpan === undefined ? undefined : move(portSpan) }
}
