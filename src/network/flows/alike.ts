import type { Pod } from '../../snapshot/kinds/pod.ts'
import { memoTable } from '../inventory/memo.ts'
import { type Block, inBlock } from '../policy/block.ts'
import { addressesOf } from '../policy/endpoint.ts'
import type { Direction, Rule } from '../policy/model.ts'
import type { Policies } from '../policy/policies.ts'
import type { Endpoint } from '../services/endpoint.ts'
import { isHeadless } from '../services/service-facts.ts'
import type { Connection, Destination } from '../traffic/connection.ts'
import { isDeleting, isFinished } from '../workloads/pods.ts'
import { templatePod } from '../workloads/stand-ins.ts'
import type { Workload } from '../workloads/workload.ts'
import { clientWorkloads, lookOf } from './client-pods.ts'
import { type FlowParts, judge } from './flow.ts'

const passing = memoTable<boolean>('flows.passing')

/**
 * Whether policies surely let the packets of a connection pass to every one of these endpoints, in both directions and
 * for every pod of the client. Nearly all packets pass, so that this is asked first, and once for all that are alike.
 *
 * @returns false also where it is not known, or has to be judged one by one
 */
export function surelyPass(
  connection: Connection,
  destination: Destination,
  endpoints: readonly Endpoint[],
  parts: FlowParts,
): boolean {
  const workloads = clientWorkloads(connection.client)
  return (
    workloads.length > 0 &&
    workloads.every((workload) => passFrom(workload, connection, destination, endpoints, parts))
  )
}

function passFrom(
  workload: Workload,
  connection: Connection,
  destination: Destination,
  endpoints: readonly Endpoint[],
  parts: FlowParts,
): boolean {
  const source = sourceOf(workload)
  if (source === undefined) return false
  const { protocol } = connection
  const { policy } = parts
  const getsOut = isOpen(source.namespace, 'egress', policy)
  let last: string | undefined
  for (const endpoint of endpoints) {
    const target = targetOf(endpoint)
    if (getsOut && target !== undefined && isOpen(target.namespace, 'ingress', policy)) continue
    const key = alikeKey(source, endpoint, protocol, policy)
    if (key === undefined) return false
    if (key === last) continue
    last = key
    const passes = parts.inventory.memo.get(passing, key, () => {
      const judged = judge(connection, destination, endpoint, parts)
      return (
        judged.is === 'judged' &&
        judged.flows.every(
          ({ families }) => families.length > 0 && families.every(({ outcome }) => outcome === 'passes'),
        )
      )
    })
    if (!passes) return false
  }
  return true
}

/**
 * A key that packets share whenever the policies cannot tell them apart: those of clients of one look to any pod of one
 * look, on one port, with addresses in the same blocks that the policies of either side name. A Service with ten alike
 * pods is then judged once, and so are ten alike clients. The key says all that the answer takes from the pods.
 *
 * @returns `undefined` for packets that have to be judged one by one: nodes or the pod itself may matter
 */
function alikeKey(
  source: Source,
  endpoint: Endpoint,
  protocol: string,
  policy: Policies,
): string | undefined {
  const { pod } = endpoint
  const target = targetOf(endpoint)
  if (pod === undefined || target === undefined) return undefined
  if (source.looks.has(target.look) && source.pods.includes(pod)) return undefined
  const named = blocksOf(source.namespace, 'egress', policy)
  const admitted = blocksOf(target.namespace, 'ingress', policy)
  const from = admitted.length === 0 ? source.key : placesOf(source.pods, admitted)
  if (from === undefined) return undefined
  return `${from}>${protocol} ${target.key}${named.length === 0 ? '' : bitsOf(pod, named)}`
}

/** A client's pods as policies see them. */
interface Source {
  readonly namespace: string
  readonly pods: readonly Pod[]
  readonly looks: ReadonlySet<string>
  readonly key: string
}

// Facts of objects that are never changed.
const sources = new WeakMap<Workload, { readonly source: Source | undefined }>()
const targets = new WeakMap<Endpoint, { readonly target: Target | undefined }>()

function sourceOf(workload: Workload): Source | undefined {
  const known = sources.get(workload)
  if (known !== undefined) return known.source
  const running = workload.pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
  const template = running.length === 0 ? templatePod(workload) : undefined
  const pods = template === undefined ? running : [template]
  const looks = new Set(pods.map(lookOf))
  const isOnHost = workload.spec.hostNetwork === true || pods.some(({ spec }) => spec.hostNetwork === true)
  const source =
    pods.length === 0 || isOnHost
      ? undefined
      : { namespace: workload.namespace, pods, looks, key: [...looks].sort().join() }
  sources.set(workload, { source })
  return source
}

/** The pod behind an endpoint as policies see it. */
interface Target {
  readonly namespace: string
  readonly look: string
  readonly key: string
}

function targetOf(endpoint: Endpoint): Target | undefined {
  const known = targets.get(endpoint)
  if (known !== undefined) return known.target
  const target = describe(endpoint)
  targets.set(endpoint, { target })
  return target
}

function describe({ pod, service, address, targetPort }: Endpoint): Target | undefined {
  if (pod === undefined || targetPort === undefined || isHeadless(service)) return undefined
  const [only, ...others] = pod.status.podIPs
  // Of a pod with several addresses, or with another than its endpoint has, each has its own answer.
  if (others.length > 0 || (only?.ip ?? '') !== address) return undefined
  if (pod.spec.hostNetwork === true || isFinished(pod)) return undefined
  const look = lookOf(pod)
  return { namespace: pod.metadata.namespace ?? '', look, key: `${targetPort} ${look}` }
}

const open = {
  ingress: memoTable<boolean>('flows.open.ingress'),
  egress: memoTable<boolean>('flows.open.egress'),
}

/** Whether no policy of any sort says anything about the pods of a namespace in this direction, and all were read. */
function isOpen(namespace: string, direction: Direction, policies: Policies): boolean {
  return policies.inventory.memo.get(open[direction], namespace, () => {
    const own = policies.in(namespace)
    return (
      own.gaps.length === 0 &&
      own.policies.every(({ rules }) => rules[direction] === undefined) &&
      policies.cluster().all.length === 0 &&
      policies.ofPlugins(namespace).policies.length === 0
    )
  })
}

const blocks = {
  ingress: memoTable<readonly Block[]>('flows.blocks.ingress'),
  egress: memoTable<readonly Block[]>('flows.blocks.egress'),
}

/** Every block that a policy names which may select pods of the namespace in this direction. */
function blocksOf(namespace: string, direction: Direction, policies: Policies): readonly Block[] {
  return policies.inventory.memo.get(blocks[direction], namespace, () => {
    const all = [...policies.in(namespace).policies, ...policies.cluster().all]
    return all.flatMap(({ rules }) => (rules[direction] ?? []).flatMap(blocksOfRule))
  })
}

function blocksOfRule({ peers }: Rule): readonly Block[] {
  if (peers === 'all') return []
  return peers.flatMap((peer) =>
    peer.is === 'block' ? [peer.block, ...peer.except.map(({ block }) => block)] : [],
  )
}

/** The sorts of a client's pods where blocks tell them apart; `undefined` for pods with several addresses. */
function placesOf(pods: readonly Pod[], named: readonly Block[]): string | undefined {
  if (pods.some(({ status }) => status.podIPs.length > 1)) return undefined
  return [...new Set(pods.map((pod) => `${lookOf(pod)}${bitsOf(pod, named)}`))].sort().join()
}

/** In which of the blocks the address of a pod lies. */
function bitsOf(pod: Pod, named: readonly Block[]): string {
  const { parsed } = addressesOf({ kind: 'pod', pod })
  const address = parsed[4] ?? parsed[6]
  // Of a pod that nobody has made yet it is not known in which block it will be.
  if (address === undefined) return pod.status.phase === undefined ? ' ?' : ' -'
  return ` ${named.map((block) => (inBlock(address, block) ? '1' : '0')).join('')}`
}
