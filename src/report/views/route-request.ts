import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { type RouteRequest, requestTitle } from '../../network/routes/request.ts'
import { maskTyped } from '../../snapshot/mask-text.ts'
import type { PredictedReply, Prediction } from '../../trace/prediction.ts'
import type { Block, Document, Line, Row } from '../document.ts'
import { escapeText } from '../escape.ts'
import { reasonText, replyText, serverText, timedReply } from '../route-words.ts'
import { resourceName } from '../words.ts'
import type { ViewOptions } from './problem.ts'
import { podsText, worstOf } from './route-map.ts'
import { notesBlock, problemBlocks } from './scan.ts'
import { codeHints } from './status-codes.ts'

/** One request from outside: who answers it, with which code and why, hop by hop. */
export function routeRequestView(
  request: RouteRequest,
  predictions: readonly Prediction[],
  diagnosis: Diagnosis,
  code: number | undefined,
  options: ViewOptions,
): Document {
  return [
    { kind: 'headline', line: headline(request, predictions) },
    ...predictions.flatMap((prediction) => walked(prediction, predictions.length > 1)),
    ...(code === undefined ? [] : symptom(code, predictions)),
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

const marks = { passes: '✓ ', fails: '✗ ', partly: '✗ ', unknown: '? ' } as const
const tones = { passes: 'good', fails: 'bad', partly: 'bad', unknown: 'unknown' } as const

function headline(request: RouteRequest, predictions: readonly Prediction[]): Line {
  const title = escapeText(maskTyped(requestTitle(request)))
  const [first] = predictions
  const worst = first === undefined ? undefined : worstOf(first.replies)
  if (first === undefined || worst === undefined)
    return [
      { text: '✗ ', tone: 'bad' },
      { text: title, tone: 'strong' },
      { text: ' -> nobody here serves this host' },
    ]
  return [
    { text: marks[first.outcome], tone: tones[first.outcome] },
    { text: title, tone: 'strong' },
    { text: ` -> ${answerText(worst, first)}` },
  ]
}

function answerText(reply: PredictedReply, { answer }: Prediction): string {
  const share = reply.share < 0.999 ? ` for ${Math.round(reply.share * 100)}% of the requests` : ''
  const sure = reply.proof === 'likely' && reply.reply !== 'application' ? ', likely' : ''
  if (reply.reply === 'application') return `the application, through ${serverText(answer)}`
  if (reply.reply === undefined && answer.serving.is === 'unserved')
    return `nobody serves it: ${reasonText(reply.reason)}`
  const why = reasonText(reply.reason)
  return `${timedReply(reply)} from ${serverText(answer)}${share}${sure}${why === '' ? '' : `: ${why}`}`
}

/** The hops of one answer, as labelled lines. */
function walked(prediction: Prediction, isOneOfMany: boolean): readonly Block[] {
  const { answer, replies } = prediction
  const rows: Row[] = [{ label: 'served by', lines: [{ text: serverText(answer) }] }]
  if (answer.route !== undefined)
    rows.push({
      label: 'route',
      lines: [
        {
          text: `${escapeText(answer.route.title)} of ${escapeText(resourceName(answer.route.by))} (${escapeText(answer.route.field)})`,
        },
      ],
    })
  for (const reply of replies) rows.push(...replyRows(reply))
  return [
    {
      kind: 'rows',
      ...(isOneOfMany && {
        title: [{ text: `at ${serverText(answer)}`, tone: 'strong' }] satisfies Line,
      }),
      rows,
    },
  ]
}

function replyRows(reply: PredictedReply): readonly Row[] {
  const { chosen, reason, end, afterSeconds } = reply
  const part = reply.share < 0.999 ? `${Math.round(reply.share * 100)}%: ` : ''
  const backend: Row[] =
    chosen === undefined
      ? []
      : [
          {
            label: 'backend',
            lines: [
              {
                text: `${part}${escapeText(chosen.backend.service)}:${escapeText(String(chosen.backend.port ?? '-'))}, asked for ${escapeText(chosen.path)}`,
              },
            ],
          },
        ]
  if (reply.reply === 'application')
    return [...backend, { label: 'answers', lines: [{ text: podsText(reply) }] }]
  const at =
    end?.at === undefined ? '' : ` (${escapeText(resourceName(end.at.by))} ${escapeText(end.at.field)})`
  const waits =
    afterSeconds === undefined
      ? []
      : [{ text: `a client that waits less than ${afterSeconds} s gets no answer at all` }]
  return [
    ...backend,
    {
      label: String(reply.hop),
      lines: [{ text: `${replyText(reply.reply)}: ${reasonText(reason)}${at}` }, ...waits],
    },
  ]
}

/** From the symptom: what of this very route makes the code, then what else can. */
function symptom(code: number, predictions: readonly Prediction[]): readonly Block[] {
  const making = predictions.flatMap((prediction) =>
    prediction.replies
      .filter(({ reply }) => typeof reply === 'object' && 'code' in reply && reply.code === code)
      .map((reply) => ({ reply, prediction })),
  )
  const [first] = predictions
  const rows: Row[] = [
    ...making.map(
      ({ reply, prediction }): Row => ({
        label: reply.proof,
        tone: 'bad',
        lines: [{ text: `${serverText(prediction.answer)}: ${reasonText(reply.reason)}` }],
      }),
    ),
    ...codeHints(code, first).map(
      ({ cause, look }): Row => ({ label: 'possible', lines: [{ text: cause }, { text: look }] }),
    ),
  ]
  if (rows.length === 0)
    rows.push({
      label: 'unknown',
      lines: [{ text: `nothing on this way makes ${code}: the application itself may answer it` }],
    })
  const title: Line = [{ text: `${code}, most probable first`, tone: 'strong' }]
  return [{ kind: 'rows', title, rows }]
}
