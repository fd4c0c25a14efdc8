import { networkPolicy } from './kit/objects.ts'

/** A rule of a NetworkPolicy before it is written for ingress or egress. */
export interface RandomRule {
  readonly peers?: readonly RandomPeer[] | undefined
  readonly ports?: readonly RandomPort[] | undefined
}

export interface RandomPeer {
  readonly podSelector?: object
  readonly namespaceSelector?: object
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

export interface RandomPort {
  readonly protocol?: string
  readonly port?: number | string
  readonly endPort?: number
}

type Direction = 'ingress' | 'egress'

const isName = ({ port }: RandomPort): boolean => typeof port === 'string'

/** Nobody listens there: an item that opens nothing. */
const nobodysPort: RandomPort = { port: 9 }

/**
 * The nearest rule that kube-router v1.6 reads as the API means it. It differs in these points, and in that of `oneDirectionEach`:
 *
 * - Of a rule with selectors whose `ports` are all names that no pod there has, it opens every port.
 * - In egress, a named port beside an `ipBlock` is not opened.
 * - In egress, a named port without `to` means the numbers that pods of the policy's own namespace give that name.
 * - The `except` of one block takes its addresses out of the other blocks of the rule too.
 */
export function readAlike(direction: Direction, rule: RandomRule): RandomRule {
  return withOneHoledBlock(withNumber(direction === 'egress' ? withoutFreeNames(rule) : rule))
}

/**
 * The policy as one for each direction, which the API takes for the same. kube-router lets a connection out also by an
 * ingress rule, and in by an egress rule, of a policy for both directions that selects both ends.
 */
export function oneDirectionEach<S extends RandomSpec>(spec: S): readonly S[] {
  const types = spec.policyTypes ?? ((spec.egress ?? []).length > 0 ? both : [])
  return types.length < both.length ? [spec] : both.map((type) => ({ ...spec, policyTypes: [type] }))
}

const both = ['Ingress', 'Egress'] as const

interface RandomSpec {
  readonly policyTypes?: readonly (typeof both)[number][]
  readonly egress?: readonly object[]
}

function withNumber({ peers, ports }: RandomRule): RandomRule {
  const isNamesOnly = ports !== undefined && ports.length > 0 && ports.every(isName)
  return { peers, ports: isNamesOnly ? [...ports, nobodysPort] : ports }
}

function withoutFreeNames({ peers = [], ports }: RandomRule): RandomRule {
  const isBound = peers.length > 0 && peers.every(({ ipBlock }) => ipBlock === undefined)
  return { peers, ports: isBound ? ports : ports?.map((entry) => (isName(entry) ? nobodysPort : entry)) }
}

function withOneHoledBlock({ peers, ports }: RandomRule): RandomRule {
  const holed = peers?.find(({ ipBlock }) => ipBlock?.except !== undefined)
  if (holed === undefined) return { peers, ports }
  return { peers: peers?.filter((peer) => peer === holed || peer.ipBlock === undefined), ports }
}

/** A policy for `b` and its client `a`, and what kube-router makes of it, where the API says the opposite. */
export interface Difference {
  readonly what: string
  readonly policy: ReturnType<typeof networkPolicy>
  readonly connects: boolean
}

/** Four of the points, each with a policy that shows it; `a` connects to port `web` of `b`, at this address. */
export function differences(address: string): readonly Difference[] {
  const pods = (name: string) => ({ matchLabels: { name } })
  const policy = (direction: Direction, selected: string, rule: object) =>
    networkPolicy('differs', {
      podSelector: pods(selected),
      policyTypes: [direction === 'ingress' ? 'Ingress' : 'Egress'],
      [direction]: [rule],
    })
  return [
    {
      what: 'an ingress rule of a policy for both ends lets out too',
      policy: networkPolicy('differs', {
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: {} }] }],
      }),
      connects: true,
    },
    {
      what: 'a name that no pod has opens every port',
      policy: policy('ingress', 'b', { from: [{ podSelector: pods('a') }], ports: [{ port: 'nobody' }] }),
      connects: true,
    },
    {
      what: 'a named port beside an ipBlock is not opened for egress',
      policy: policy('egress', 'a', {
        to: [{ ipBlock: { cidr: `${address}/32` } }],
        ports: [{ port: 'web' }],
      }),
      connects: false,
    },
    {
      what: 'the except of one block holds for the other blocks of the rule',
      policy: policy('egress', 'a', {
        to: [
          { ipBlock: { cidr: '0.0.0.0/0' } },
          { ipBlock: { cidr: '10.0.0.0/8', except: [`${address}/32`] } },
        ],
      }),
      connects: false,
    },
  ]
}
