import type { DialSource } from './dial.ts'

/** The field that holds a text. */
export type Origin = Omit<DialSource, 'span'>

interface Piece {
  /** Where the piece starts in the expanded text. */
  readonly start: number
  readonly end: number
  /** The stretch of the field's value that became it. */
  readonly written: readonly [start: number, end: number]
  /** The text that a reference such as `$(VAR)` was replaced by. */
  readonly inner?: WrittenText | undefined
}

/** A text after expansion that still knows where each of its stretches is written. */
export class WrittenText {
  readonly text: string
  readonly origin: Origin
  readonly #pieces: readonly Piece[]

  private constructor(text: string, origin: Origin, pieces: readonly Piece[]) {
    this.text = text
    this.origin = origin
    this.#pieces = pieces
  }

  /** The value of a field as it is written. */
  static of(origin: Origin): WrittenText {
    const { value } = origin
    return new WrittenText(value, origin, [{ start: 0, end: value.length, written: [0, value.length] }])
  }

  /**
   * The same field with references replaced.
   *
   * @param references stretches of this text, in order and apart, with what stands for each of them
   */
  replace(references: readonly Replacement[]): WrittenText {
    const pieces: Piece[] = []
    const texts: string[] = []
    let length = 0
    const add = (text: string, written: readonly [number, number], inner?: WrittenText): void => {
      pieces.push({ start: length, end: length + text.length, written, inner })
      texts.push(text)
      length += text.length
    }
    let at = 0
    for (const { start, end, by } of references) {
      this.#copy(at, start, add)
      const inner = typeof by === 'string' ? undefined : by
      add(typeof by === 'string' ? by : by.text, this.#stretch(start, end), inner)
      at = end
    }
    this.#copy(at, this.text.length, add)
    return new WrittenText(texts.join(''), this.origin, pieces)
  }

  /** A stretch of this text that still knows where it is written. */
  slice(start: number, end: number): WrittenText {
    const pieces: Piece[] = []
    let length = 0
    this.#copy(start, end, (text, written, inner) => {
      pieces.push({ start: length, end: length + text.length, written, inner })
      length += text.length
    })
    return new WrittenText(this.text.slice(start, end), this.origin, pieces)
  }

  #copy(
    start: number,
    end: number,
    add: (text: string, written: readonly [number, number], inner?: WrittenText) => void,
  ): void {
    for (let index = this.#pieceAt(start); index < this.#pieces.length; index++) {
      const piece = this.#pieces[index]
      if (piece === undefined || piece.start >= end) return
      const from = Math.max(piece.start, start)
      const to = Math.min(piece.end, end)
      if (from >= to) continue
      const whole = from === piece.start && to === piece.end
      const text = this.text.slice(from, to)
      if (whole || piece.inner !== undefined) add(text, piece.written, whole ? piece.inner : undefined)
      else add(text, [piece.written[0] + from - piece.start, piece.written[0] + to - piece.start])
    }
  }

  /**
   * Where a stretch is written. A stretch that lies in one replaced reference is written where that value is; one
   * that is put together from several is the stretch of this field from the first to the last of them.
   */
  locate(start: number, end: number): { readonly origin: Origin; readonly span: readonly [number, number] } {
    const piece = this.isOnePiece(start, end) ? this.#pieces[this.#pieceAt(start)] : undefined
    if (piece?.inner !== undefined) return piece.inner.locate(start - piece.start, end - piece.start)
    return { origin: this.origin, span: this.#stretch(start, end) }
  }

  /** The stretch of this field that a stretch of the text comes from. */
  #stretch(start: number, end: number): readonly [start: number, end: number] {
    const first = this.#pieces[this.#pieceAt(start)]
    const last = this.#pieces[this.#pieceAt(Math.max(start, end - 1))]
    if (first === undefined || last === undefined) return [0, this.origin.value.length]
    return [writtenAt(first, start)[0], writtenAt(last, end - 1)[1]]
  }

  /** Whether two positions are written in one piece, so that one edit of that place can replace both. */
  isOnePiece(start: number, end: number): boolean {
    return this.#pieceAt(start) === this.#pieceAt(Math.max(start, end - 1))
  }

  #pieceAt(position: number): number {
    let low = 0
    let high = this.#pieces.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#pieces[middle]?.end ?? 0) <= position) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** A stretch of a text and what stands for it: another text, or characters that are written nowhere. */
export interface Replacement {
  readonly start: number
  readonly end: number
  readonly by: WrittenText | string
}

function writtenAt(piece: Piece, position: number): readonly [start: number, end: number] {
  const [start, end] = piece.written
  // A piece as long as what is written was copied as it is; any other stands for a reference as a whole.
  if (piece.inner !== undefined || end - start !== piece.end - piece.start) return [start, end]
  const at = start + position - piece.start
  return [at, at + 1]
}
