import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { NamespaceSummary, WorkloadSummary } from '../../diagnosis/isolation/summary.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { Block, Document, Line, Row } from '../document.ts'
import { escapeText } from '../escape.ts'
import { pluginSource } from '../policy-words.ts'
import { count } from '../words.ts'
import { gapText } from './footer.ts'
import { assumedAbsent } from './policy-assumed.ts'
import { isUnreachable, type WorkloadRowOptions, workloadName, workloadRows } from './policy-workload.ts'
import { problemBlock, problemLine, type ViewOptions } from './problem.ts'

export interface OverviewOptions extends ViewOptions, Pick<WorkloadRowOptions, 'isExplained'> {
  readonly policies: Policies
}

/** What the policies of namespaces allow, workload by workload, then what is odd about them. */
export function policyOverviewView(
  namespaces: readonly NamespaceSummary[],
  diagnosis: Diagnosis,
  given: OverviewOptions,
): Document {
  const isOne = namespaces.length === 1
  const options = { ...given, home: isOne ? namespaces[0]?.namespace : undefined }
  const withPolicies = namespaces.filter(hasPolicies)
  const calm = namespaces.filter((namespace) => !hasPolicies(namespace))
  return [
    { kind: 'headline', line: headline(namespaces, diagnosis) },
    ...withPolicies.flatMap((namespace) => namespaceBlocks(namespace, isOne, options)),
    ...(isOne || calm.length === 0 ? [] : [openNamespaces(calm)]),
    ...diagnosis.problems.map((problem) =>
      options.isWide || problem.cause.severity === 'error'
        ? problemBlock(problem, diagnosis.takenAt, options)
        : problemLine(problem, options),
    ),
    ...notes(namespaces, diagnosis, options),
  ]
}

function hasPolicies({ policies, workloads, gaps }: NamespaceSummary): boolean {
  return policies.length > 0 || gaps.length > 0 || workloads.some((workload) => workload.policies.length > 0)
}

function headline(namespaces: readonly NamespaceSummary[], { problems }: Diagnosis): Line {
  const [only] = namespaces
  const scope = namespaces.length === 1 && only !== undefined ? escapeText(only.namespace) : 'all namespaces'
  const all = namespaces.flatMap(({ workloads }) => workloads)
  const policies = namespaces.reduce((sum, namespace) => sum + namespace.policies.length, 0)
  const isolated = all.filter(({ ingress, egress }) => ingress.isolated === true || egress.isolated === true)
  const words =
    policies === 0 && isolated.length === 0
      ? `no policy, so that anyone may reach ${all.length === 1 ? 'its only workload' : `its ${count(all.length, 'workload')}`}`
      : `${count(policies, 'policy', 'policies')} isolate${policies === 1 ? 's' : ''} ${isolated.length} of ${count(all.length, 'workload')}`
  const errors = problems.filter(({ cause }) => cause.severity === 'error').length
  const warnings = problems.filter(({ cause }) => cause.severity === 'warning').length
  const isUnread = namespaces.some(({ gaps }) => gaps.length > 0)
  const mark: Line[number] =
    errors > 0
      ? { text: '✗ ', tone: 'bad' }
      : isUnread
        ? { text: '? ', tone: 'unknown' }
        : warnings > 0
          ? { text: '! ', tone: 'warn' }
          : { text: '✓ ', tone: 'good' }
  const wrong = errors > 0 ? `${count(errors, 'problem')}; ` : ''
  return [mark, { text: scope, tone: 'strong' }, { text: `: ${wrong}${words}` }]
}

function namespaceBlocks(
  { namespace, workloads, finished }: NamespaceSummary,
  isOne: boolean,
  options: OverviewOptions,
): readonly Block[] {
  const isCalm = (workload: WorkloadSummary): boolean => !options.isExplained && isUntouched(workload)
  const touched = workloads.filter((workload) => !isCalm(workload)).sort((a, b) => trouble(b) - trouble(a))
  const alike = Map.groupBy(touched, (workload) =>
    JSON.stringify(workloadRows(workload, rowOptions(options))),
  )
  const calm = workloads.filter(isCalm)
  return [
    ...(isOne
      ? []
      : [{ kind: 'headline' as const, line: [{ text: escapeText(namespace), tone: 'strong' as const }] }]),
    ...[...alike.values()].map((group): Block => {
      const [first] = group
      return {
        kind: 'rows',
        title: [{ text: group.map(workloadName).join(', '), tone: 'strong' }],
        rows: first === undefined ? [] : workloadRows(first, rowOptions(options)),
      }
    }),
    ...calmBlock(calm, finished),
  ]
}

const rowOptions = ({ isExplained, locate }: OverviewOptions): WorkloadRowOptions => ({ isExplained, locate })

/** Nothing to say: no policy selects it, and names resolve as far as that is known. */
function isUntouched({
  policies,
  pluginPolicies,
  names,
  isMixed,
  ingress,
  egress,
}: WorkloadSummary): boolean {
  return (
    policies.length + pluginPolicies.length === 0 &&
    !isMixed &&
    ingress.isolated === false &&
    egress.isolated === false &&
    names.udp !== 'fails' &&
    names.tcp !== 'fails'
  )
}

/** Who needs a look comes first. */
function trouble(summary: WorkloadSummary): number {
  const { udp, tcp } = summary.names
  if (udp === 'fails') return 4
  if (tcp === 'fails') return 3
  if (isUnreachable(summary)) return summary.services.length > 0 ? 2 : 1
  return 0
}

function calmBlock(calm: readonly WorkloadSummary[], finished: number): readonly Block[] {
  const lines: Row['lines'] = [...(calm.length === 0 ? [] : [{ text: calm.map(workloadName).join(', ') }])]
  const rows: Row[] = [
    ...(lines.length === 0
      ? []
      : [
          {
            label: 'open',
            lines: [...lines, { text: openText(calm.length) }],
          },
        ]),
    ...(finished === 0
      ? []
      : [
          {
            label: 'finished',
            lines: [{ text: `${count(finished, 'Job or pod', 'Jobs or pods')}: no traffic any more` }],
          },
        ]),
  ]
  return rows.length === 0 ? [] : [{ kind: 'rows', rows }]
}

const openText = (number: number): string =>
  number === 1
    ? 'no policy selects it: anyone may come in, and it may go anywhere'
    : 'no policy selects them: anyone may come in, and they may go anywhere'

function openNamespaces(namespaces: readonly NamespaceSummary[]): Block {
  const names = namespaces.map(({ namespace }) => escapeText(namespace)).join(', ')
  return {
    kind: 'rows',
    rows: [
      { label: 'open', lines: [{ text: `no policy in ${names}: anyone may come in, and go anywhere` }] },
    ],
  }
}

/** What was assumed and what could not be read, each once. */
function notes(
  namespaces: readonly NamespaceSummary[],
  { gaps }: Diagnosis,
  { policies, isExplained }: OverviewOptions,
): readonly Block[] {
  const { profile } = policies.cni()
  const source = pluginSource(policies.cni())
  const plugin = source === undefined ? '' : ` (${source}; --cni names another)`
  const dim = (text: string): Line => [{ text, tone: 'dim' }]
  const unread = (text: string): Line => [{ text, tone: 'unknown' }]
  const own = namespaces.flatMap((namespace) => namespace.gaps)
  const all = new Set([...own, ...gaps].map(gapText))
  const lines = [
    ...(profile.enforcesPolicies
      ? isExplained && source !== undefined
        ? [dim(`assuming the network plugin is ${profile.name}${plugin}`)]
        : []
      : [
          unread(
            `! the network plugin ${profile.name} enforces no policies${plugin}: nothing of this is in force`,
          ),
        ]),
    ...assumedAbsent(policies.cluster().gaps).map((text) => dim(`assuming ${text}`)),
    ...[...all].slice(0, mostGaps).map((text) => unread(`? ${text}`)),
  ]
  return lines.length === 0 ? [] : [{ kind: 'notes', lines }]
}

const mostGaps = 8
