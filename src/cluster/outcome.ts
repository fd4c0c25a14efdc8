import { isRecord, type Json, record, text } from '../snapshot/kinds/json.ts'
import type { Answer } from './transport.ts'

/** What an answer of the API server means to a reader. Messages are the server's words: untrusted. */
export type Outcome =
  | { readonly result: 'ok'; readonly json: Json }
  | { readonly result: 'forbidden'; readonly message: string }
  /** The path is not served (404 as plain text), or the object does not exist (404 as a Status). */
  | { readonly result: 'absent' }
  /** 410: a continue token, and so the list it belongs to, is too old. */
  | { readonly result: 'expired' }
  | { readonly result: 'failed'; readonly message: string }

/** Tells what an answer means. Never throws: whatever a server or something before it may send is an outcome. */
export function outcomeOf(answer: Answer): Outcome {
  const json = jsonOf(answer)
  switch (answer.status) {
    case 403:
      return { result: 'forbidden', message: messageOf(json) ?? 'forbidden' }
    case 404:
      return { result: 'absent' }
    case 410:
      return { result: 'expired' }
    case 200:
      break
    default:
      return { result: 'failed', message: `the server answered ${answer.status}${suffix(messageOf(json))}` }
  }
  if (json === undefined) {
    const type = answer.contentType === '' ? 'something' : answer.contentType
    return { result: 'failed', message: `the server answered ${type} that is not a JSON object` }
  }
  return { result: 'ok', json }
}

/** Any text that is no JSON object, such as the login page of a proxy, is `undefined`. */
function jsonOf({ body }: Answer): Json | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function messageOf(json: Json | undefined): string | undefined {
  return text(record(json)['message'])
}

function suffix(message: string | undefined): string {
  return message === undefined ? '' : `: ${message.slice(0, 300)}`
}
