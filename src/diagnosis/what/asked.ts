import { addressesIn, addressOnly, type MessageAddresses, type Named } from './message-addresses.ts'
import { type Seen, seenIn } from './symptom-words.ts'

/** What `what` was asked: an address, a name, or a message of a program with one in it. */
export interface Asked extends Pick<MessageAddresses, 'resolved' | 'local' | 'server'> {
  readonly target: Named
  /** What the message says happened. */
  readonly seen?: Seen | undefined
  readonly isMessage: boolean
}

/** Longer texts are cut: a stack trace names its cause at the start. */
const longest = 20_000

/**
 * Reads an address, a name, a URL, or a message as an engineer pastes it.
 *
 * @returns `undefined` when no address and no name stands in it
 *
 * @example readAsked('dial tcp 10.244.1.15:5432: i/o timeout')
 * // { target: { host: '10.244.1.15', address: 4, port: 5432 }, seen: 'timeout', isMessage: true }
 */
export function readAsked(text: string): Asked | undefined {
  const only = addressOnly(text)
  if (only !== undefined) return { target: only, isMessage: false }
  const message = text.slice(0, longest).replace(/\s{1,1000}/g, ' ')
  const { target, ...others } = addressesIn(message)
  return target === undefined ? undefined : { target, ...others, seen: seenIn(message), isMessage: true }
}
