import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { PredictedReply } from '../../trace/prediction.ts'
import type { Block, Document, Line, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import type { MappedRoute } from '../route-result.ts'
import { reasonText, replyText, serverText, timedReply } from '../route-words.ts'
import { count, resourceName } from '../words.ts'
import type { ViewOptions } from './problem.ts'
import { notesBlock, problemBlocks } from './scan.ts'

/** Hosts and paths from outside, the pods that they lead to, and what a client of each gets. */
export function routeMapView(
  diagnosis: Diagnosis,
  routes: readonly MappedRoute[],
  options: ViewOptions,
): Document {
  return [
    { kind: 'headline', line: headline(diagnosis, routes), facts: servers(routes) },
    ...table(routes, options.isWide),
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

function headline(diagnosis: Diagnosis, routes: readonly MappedRoute[]): Line {
  const name: Span = { text: count(routes.length, 'route'), tone: 'strong' }
  const failing = routes.filter(({ prediction }) => isBad(prediction?.outcome)).length
  if (routes.length === 0) return [{ text: 'no routes from outside here' }]
  if (failing > 0) return [{ text: '✗ ', tone: 'bad' }, name, { text: `: ${failing} of them fail` }]
  if (diagnosis.verdict.problems.error > 0)
    return [
      { text: '✗ ', tone: 'bad' },
      name,
      { text: `: ${count(diagnosis.verdict.problems.error, 'problem')}` },
    ]
  const unknown = routes.filter(({ prediction }) => prediction?.outcome === 'unknown').length
  if (unknown > 0)
    return [{ text: '? ', tone: 'unknown' }, name, { text: `: ${unknown} of them cannot be judged` }]
  return [{ text: '✓ ', tone: 'good' }, name, { text: ': all lead to ready pods' }]
}

const isBad = (outcome: string | undefined): boolean => outcome === 'fails' || outcome === 'partly'

/** Who serves them, each once. */
function servers(routes: readonly MappedRoute[]): Line | undefined {
  const names = new Set(
    routes.flatMap(({ prediction }) => (prediction === undefined ? [] : [serverText(prediction.answer)])),
  )
  return names.size === 0 ? undefined : [{ text: `  served by ${[...names].join('; ')}` }]
}

function table(routes: readonly MappedRoute[], isWide: boolean): readonly Block[] {
  if (routes.length === 0) return []
  const columns = ['route', 'backend', 'clients get', ...(isWide ? ['object', 'from'] : [])]
  return [{ kind: 'table', columns, rows: routes.map((item) => row(item).slice(0, columns.length)) }]
}

function row({ route, prediction }: MappedRoute): readonly Span[] {
  const [backend] = route.backends
  const named =
    backend === undefined
      ? '-'
      : `${escapeText(backend.service)}${backend.port === undefined ? '' : `:${escapeText(String(backend.port))}`}`
  const more = route.backends.length > 1 ? ` and ${route.backends.length - 1} more` : ''
  return [
    { text: escapeText(route.title) },
    { text: `${named}${more}` },
    verdict(prediction),
    { text: escapeText(resourceName(route.by)), tone: 'dim' },
    { text: prediction === undefined ? '' : serverText(prediction.answer), tone: 'dim' },
  ]
}

const marks = { passes: '✓', fails: '✗', partly: '✗', unknown: '?' } as const
const tones = { passes: 'good', fails: 'bad', partly: 'bad', unknown: 'unknown' } as const

function verdict(prediction: MappedRoute['prediction']): Span {
  if (prediction === undefined) return { text: '· not HTTP', tone: 'dim' }
  const { outcome, replies } = prediction
  const worst = worstOf(replies)
  return { text: `${marks[outcome]} ${worst === undefined ? '' : what(worst)}`, tone: tones[outcome] }
}

/** What goes wrong, before what arrives, with the share of all requests that meet the same. */
export function worstOf(replies: readonly PredictedReply[]): PredictedReply | undefined {
  const worst = replies.find(({ reply }) => reply !== 'application') ?? replies[0]
  if (worst === undefined) return undefined
  const alike = replies.filter(
    (other) => other.reason === worst.reason && replyText(other.reply) === replyText(worst.reply),
  )
  return { ...worst, share: alike.reduce((sum, { share }) => sum + share, 0) }
}

function what(reply: PredictedReply): string {
  if (reply.reply === 'application') return podsText(reply)
  const part = reply.share < 0.999 ? ` (${Math.round(reply.share * 100)}%)` : ''
  const why = reasonText(reply.reason)
  const code = reply.reply === undefined ? '' : `${timedReply(reply)}${part}: `
  return `${code}${why}`
}

/** `3 pods`, where the requests end. */
export function podsText({ path }: PredictedReply): string {
  const branches = path?.hops.flatMap((hop) => hop.branches ?? []) ?? []
  return branches.length === 0 ? 'reaches the backend' : count(branches.length, 'pod')
}
