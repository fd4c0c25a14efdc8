/** What is said about a thing, apart from words: formats turn it into colour. */
export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'unknown' | 'dim' | 'strong'

export interface Span {
  readonly text: string
  readonly tone?: Tone | undefined
}

export type Line = readonly Span[]

/** What one answer looks like on any medium. All text in it is escaped. */
export type Block =
  /** The answer: one line, and the facts that belong to it. */
  | { readonly kind: 'headline'; readonly line: Line; readonly facts?: Line | undefined }
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
      /** What limits the table. */
      readonly note?: Line | undefined
    }
  /** Labelled lines, under a title of their own where there are several such blocks. */
  | { readonly kind: 'rows'; readonly title?: Line | undefined; readonly rows: readonly Row[] }
  /** Remarks under the answer, one line each. */
  | { readonly kind: 'notes'; readonly lines: readonly Line[] }

export interface Row {
  readonly label: string
  readonly tone?: Tone | undefined
  readonly lines: readonly RowLine[]
}

/** Prose that may be wrapped, a command that must stay whole to be pasted, or prose that leads to one. */
export interface RowLine {
  readonly text?: string | undefined
  readonly command?: string | undefined
}

export type Document = readonly Block[]
