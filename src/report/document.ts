/** What is said about a thing, apart from words: formats turn it into colour. */
export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'unknown' | 'dim' | 'strong'

export interface Span {
  readonly text: string
  readonly tone?: Tone | undefined
}

export type Line = readonly Span[]

/** What one answer looks like on any medium. All text in it is escaped. */
export type Block =
  /** The answer: one line. */
  | { readonly kind: 'headline'; readonly line: Line }
  /** One problem: a title with its rule at the right, a paragraph, then labelled lines. */
  | {
      readonly kind: 'entry'
      readonly mark: Span
      readonly title: string
      readonly aside: string
      readonly paragraphs: readonly string[]
      readonly rows: readonly Row[]
    }
  | {
      readonly kind: 'table'
      readonly columns: readonly string[]
      readonly rows: readonly (readonly Span[])[]
    }
  /** Remarks under the answer, one line each. */
  | { readonly kind: 'notes'; readonly lines: readonly Line[] }
  /** Fixed text that must not be wrapped: commands. */
  | { readonly kind: 'code'; readonly lines: readonly string[] }

export interface Row {
  readonly label: string
  readonly tone?: Tone | undefined
  readonly lines: readonly RowLine[]
}

/** A line of prose that may be wrapped, or a command that must stay whole. */
export interface RowLine {
  readonly text: string
  readonly isCommand?: boolean | undefined
}

export type Document = readonly Block[]
