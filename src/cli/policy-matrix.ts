import { refusedPolicies } from '../diagnosis/reach/refused.ts'
import { Network } from '../network/network.ts'
import { isFinished } from '../network/policy/endpoint.ts'
import { matrixOf } from '../network/policy/matrix.ts'
import { Reachability } from '../network/policy/reachability/reachability.ts'
import { toCsv } from '../report/formats/csv.ts'
import {
  type Matrix,
  type MatrixGroup,
  matrixResult,
  matrixRows,
  matrixView,
} from '../report/views/policy-matrix.ts'
import type { Pod } from '../snapshot/kinds/pod.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { keyOf, referenceTo } from '../snapshot/snapshot.ts'
import type { ExitCode } from './exit-code.ts'
import { type Input, withInput } from './input.ts'
import type { PolicyArguments, PolicyMode } from './policy-flags.ts'
import { policiesFor } from './policy-plugin.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'

/** More columns than this cannot be read on a screen: namespaces take the place of workloads there. */
const mostColumns = 40

const outside = '(outside)'
const elsewhere = '(other namespaces)'

/** `policy --matrix`: which workload reaches which. */
export const matrix: PolicyMode = {
  flags: ['matrix'],
  run: (args, terminal) =>
    withInput(args, { everything: args['all-namespaces'] }, terminal, (input) => show(args, input, terminal)),
}

function show(args: PolicyArguments, input: Input, terminal: Terminal): ExitCode {
  const network = Network.of(input.snapshot)
  const all = network.workloads.namespaces()
  const asked = args['all-namespaces'] || input.namespace === undefined ? all : [input.namespace]
  const pods = all.flatMap((namespace) =>
    network.workloads.podsIn(namespace).items.filter((pod) => !isFinished(pod)),
  )
  if (!pods.some(({ metadata }) => asked.includes(metadata.namespace ?? '')))
    throw new KnownError(
      'NO_PODS',
      `there are no pods in ${asked.length === 1 ? `namespace "${asked[0]}"` : 'these namespaces'}`,
    )
  const workloads = groupsOf(pods, network, (pod) =>
    asked.includes(pod.metadata.namespace ?? '') ? workloadKey(pod, network) : elsewhere,
  )
  const isScreen = args.output === 'table' || args.output === 'wide' || args.output === 'markdown'
  const isFolded = isScreen && workloads.size > mostColumns && asked.length > 1
  if (isScreen && workloads.size > mostColumns && !isFolded)
    throw new KnownError(
      'TOO_LARGE',
      `${workloads.size} workloads make no table that can be read: use -o csv or -o json`,
    )
  const groups = isFolded
    ? groupsOf(pods, network, (pod) => `namespace ${pod.metadata.namespace}`)
    : workloads
  if (isFolded)
    terminal.err(
      `${workloads.size} workloads are too many for a table: shown by namespace; -o csv or -o json has all\n`,
    )
  const result = compute(pods, groups, asked, args, network)
  print(args, terminal, {
    result: () => matrixResult(result, input.snapshot),
    document: () => matrixView(result, args.output === 'wide'),
    csv: () => {
      const { columns, rows } = matrixRows(result)
      return toCsv(columns, rows)
    },
  })
  return args.strict && result.gaps.length > 0 ? 4 : 0
}

function workloadKey(pod: Pod, network: Network): string {
  return keyOf(network.workloads.ofPod(pod)?.reference ?? referenceTo(pod))
}

type Groups = ReadonlyMap<string, readonly Pod[]>

function groupsOf(pods: readonly Pod[], network: Network, keyOfPod: (pod: Pod) => string): Groups {
  const found = Map.groupBy(pods, keyOfPod)
  const last = found.get(elsewhere)
  const inOrder = [...found]
    .filter(([key]) => key !== elsewhere)
    .sort(([, [a]], [, [b]]) =>
      a === undefined || b === undefined || order(a, network) < order(b, network) ? -1 : 1,
    )
  return new Map([...inOrder, ...(last === undefined ? [] : [[elsewhere, last] as const])])
}

function order(pod: Pod, network: Network): string {
  const name = network.workloads.ofPod(pod)?.reference.name ?? pod.metadata.name
  return `${pod.metadata.namespace ?? ''}/${name}`
}

function compute(
  pods: readonly Pod[],
  groups: Groups,
  namespaces: readonly string[],
  args: PolicyArguments,
  network: Network,
): Matrix {
  const keys = new Map([...groups].flatMap(([key, members]) => members.map((pod) => [pod, key])))
  const reachability = new Reachability(
    pods.map((pod) => [pod]),
    [policiesFor(args, network)],
    pods.map((pod) => keys.get(pod) ?? ''),
  )
  const names = [...groups.keys(), outside]
  const indexes = new Map(names.map((name, index) => [name, index]))
  const cells = matrixOf(
    reachability,
    ({ kind, group }) => indexes.get(kind === 'outside' ? outside : group),
    names.length,
  )
  return {
    groups: [
      ...[...groups].map(([key, members]) => described(key, members, network)),
      { kind: 'outside', pods: 0, ports: [] },
    ],
    cells,
    namespaces,
    gaps: [...network.workloads.unread(), ...network.inventory.gaps('NetworkPolicy')],
    refused: refusedPolicies(network.policy, namespaces),
  }
}

function described(key: string, pods: readonly Pod[], network: Network): MatrixGroup {
  const [first] = pods
  if (key === elsewhere || first === undefined)
    return { kind: 'other-namespaces', pods: pods.length, ports: [] }
  const { namespace } = first.metadata
  if (key.startsWith('namespace ')) return { kind: 'namespace', namespace, pods: pods.length, ports: [] }
  const reference = network.workloads.ofPod(first)?.reference ?? referenceTo(first)
  return { kind: 'workload', reference, namespace, pods: pods.length, ports: declaredPorts(pods) }
}

function declaredPorts(pods: readonly Pod[]): MatrixGroup['ports'] {
  const found = new Map<string, MatrixGroup['ports'][number]>()
  for (const { spec } of pods)
    for (const { ports } of spec.containers)
      for (const { containerPort, protocol = 'TCP' } of ports)
        if (protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP')
          found.set(`${protocol}/${containerPort}`, { protocol, port: containerPort })
  return [...found.values()]
}
