import type { NameAnswer } from '../../diagnosis/dns/name-answer.ts'
import type { Answer } from '../../network/dns/answer.ts'
import type { Step } from '../../network/dns/lookup.ts'
import { answerWords, outcomeWords, reasonWords, serverWords } from '../dns-words.ts'
import type { Block, Document, Line, Row, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { count, resourceName } from '../words.ts'
import type { ViewOptions } from './problem.ts'
import { notesBlock, problemBlocks } from './scan.ts'

/** What a name becomes for a client: each name that is asked for, the answer and why, and what is wrong. */
export function dnsNameView(answer: NameAnswer, options: ViewOptions): Document {
  return [
    { kind: 'headline', line: headline(answer) },
    ...asked(answer.lookup.steps),
    { kind: 'rows', rows: facts(answer).filter(({ lines }) => lines.length > 0) },
    ...problemBlocks(answer.diagnosis, options),
    ...notesBlock(answer.diagnosis, options),
  ]
}

const marks: Readonly<Record<string, Span>> = {
  passes: { text: '✓ ', tone: 'good' },
  fails: { text: '✗ ', tone: 'bad' },
  partly: { text: '✗ ', tone: 'bad' },
}

function headline({ name, asker, lookup, reach, outcome }: NameAnswer): Line {
  const who =
    asker.kind === 'workload'
      ? escapeText(resourceName(asker.workload.reference))
      : `a pod of ${escapeText(asker.namespace)}`
  const isCutOff = reach?.outcome === 'fails'
  const words = isCutOff
    ? reach.reason === 'dns-unavailable'
      ? 'nothing stands behind the DNS Service'
      : 'it cannot reach its nameserver'
    : outcomeWords(lookup.outcome)
  return [
    marks[outcome] ?? { text: '? ', tone: 'unknown' },
    { text: escapeText(name), tone: 'strong' },
    { text: ` for ${who}: ${words}` },
  ]
}

function asked(steps: readonly Step[]): readonly Block[] {
  if (steps.length === 0) return []
  return [
    {
      kind: 'table',
      columns: ['asked in turn', 'answer'],
      rows: steps.map(({ candidate: { name }, answer }) =>
        name === undefined
          ? [{ text: "the node's own search list", tone: 'dim' as const }, { text: 'no object shows it' }]
          : [{ text: escapeText(name) }, { text: answerText(answer) }],
      ),
    },
  ]
}

/** `10.96.0.20: svc/db in shop`. */
function answerText(answer: Answer): string {
  const [what, why] = [answerWords(answer), reasonWords(answer)]
  if (why === '') return what
  return answer.is === 'found' ? `${what}: ${why}` : `${what}, ${why}`
}

function facts({ lookup, musl, dns, reach }: NameAnswer): readonly Row[] {
  const { conf, queries, steps } = lookup
  const dropped = [...conf.dropped.nameservers, ...conf.dropped.searches]
  const list = conf.searches.map(escapeText).join(' ')
  const file =
    dns.configMap === undefined
      ? ''
      : `cm/${escapeText(dns.configMap.metadata.name)} in ${escapeText(dns.configMap.metadata.namespace ?? '')}`
  const isClusters = ['cluster', 'node-local'].includes(lookup.nameserver?.kind ?? '')
  return [
    { label: 'asks', lines: conf.nameservers.map((server) => ({ text: serverWords(server) })) },
    {
      label: 'reach',
      lines:
        reach?.outcome === 'fails' || reach?.outcome === 'partly'
          ? [{ text: `${reach.outcome === 'fails' ? 'no' : 'in part only'}: ${reach.reason ?? ''}` }]
          : [],
    },
    {
      label: 'search',
      lines: [
        {
          text: `${list === '' ? 'none' : list}${conf.nodeSearchesAt === undefined ? '' : ', and that of the node'}; ndots:${conf.ndots}`,
        },
      ],
    },
    {
      label: 'dropped',
      lines:
        dropped.length === 0
          ? []
          : [{ text: `beyond the limits of a resolver: ${dropped.slice(0, 5).map(escapeText).join(' ')}` }],
    },
    {
      label: 'costs',
      lines:
        steps.length === 0
          ? []
          : [{ text: `${count(queries, 'query', 'queries')}, A and AAAA for each name` }],
    },
    {
      label: 'musl',
      lines:
        musl === undefined ? [] : [{ text: `(Alpine) comes out otherwise: ${outcomeWords(musl.outcome)}` }],
    },
    {
      label: 'by',
      lines: !isClusters
        ? []
        : [
            {
              text: dns.isAssumed
                ? 'the usual Corefile: this one was not read, or is refused'
                : `the Corefile in ${file}`,
            },
          ],
    },
  ]
}
