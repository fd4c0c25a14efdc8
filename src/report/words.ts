import type { Piece, Text } from '../rules/text.ts'
import { definitionOf, isKindName } from '../snapshot/kinds/kinds.ts'
import { maskUserinfo } from '../snapshot/mask-text.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { escapeText } from './escape.ts'

/** `deploy/web`: how kubectl would be given the object, with the short name where there is one. */
export function resourceName(reference: ObjectReference): string {
  return `${resourceType(reference)}/${reference.name}`
}

/** `deploy`, `svc`, `pod`: what kubectl is given as type; qualified for kinds that we do not know. */
function resourceType({ kind, apiVersion }: ObjectReference): string {
  // kubectl's po and no are words that nobody reads as what they are.
  if (kind === 'Pod' || kind === 'Node') return kind.toLowerCase()
  if (!isKindName(kind)) {
    const [group] = apiVersion.split('/')
    return apiVersion.includes('/') ? `${kind.toLowerCase()}.${group}` : kind.toLowerCase()
  }
  return definitionOf(kind).shortNames?.[0] ?? kind.toLowerCase()
}

function pieceText(piece: Piece): string {
  switch (piece.kind) {
    case 'words':
      return piece.text
    case 'value':
      return escapeText(maskUserinfo(piece.text))
    case 'reference':
      return `${piece.reference.kind} ${escapeText(piece.reference.name)}`
  }
}

/** A sentence as plain, escaped text. */
export function plainText(text: Text): string {
  return text.map(pieceText).join('')
}

/** `1 problem`, `2 problems`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`
}

/** `32 s`, `5 min`, `3 h`, `12 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}
