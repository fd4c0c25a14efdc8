import { isRecord, type Json, record, text } from '../snapshot/kinds/json.ts'
import type { Answer } from './sender.ts'

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
      return isOwn404(answer, json) ? { result: 'absent' } : { result: 'failed', message: foreign404 }
    case 410:
      return { result: 'expired' }
    case 200:
      break
    default:
      return {
        result: 'failed',
        message: `the server answered ${answer.status}${suffix(messageOf(json) ?? redirectOf(answer))}`,
      }
  }
  if (json === undefined) {
    const type = answer.contentType === '' ? 'something' : answer.contentType
    return { result: 'failed', message: `the server answered ${type} that is not a JSON object` }
  }
  return { result: 'ok', json }
}

const foreign404 = 'something before the API server answered 404: check the server address and its path'

/** kube-apiserver's 404: a Status, or this text. A proxy's error page says nothing about what is served. */
function isOwn404({ contentType, body }: Answer, json: Json | undefined): boolean {
  if (json !== undefined) return json['kind'] === 'Status'
  return contentType === 'text/plain' && body.startsWith('404 page not found')
}

/**
 * Where a redirect leads, without its query, which may hold a token. It is not followed: no API server sends one, and
 * our credentials are for the server that the kubeconfig names.
 */
export function redirectOf({ status, location = '' }: Answer): string | undefined {
  if (status < 300 || status > 399) return undefined
  const url = URL.parse(location)
  return `a redirect to ${url === null ? location.split('?')[0] : `${url.origin}${url.pathname}`}, which is not followed`
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
