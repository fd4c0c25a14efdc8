import { expect } from 'vitest'
import { definitionOf, type KindName, kindNames } from '../../../src/snapshot/kinds/kinds.ts'
import type { ApiObject } from '../collections.ts'
import { discovery, oldDiscovery, onList } from '../handlers.ts'
import { recorded } from '../recorded-cluster.ts'
import { status } from '../server.ts'
import { Store } from '../store.ts'
import { type Fault, gap, right } from './fault.ts'

/** Kinds of the Gateway API, in the order in which they are read. */
const gatewayKinds = kindNames.filter((kind) => definitionOf(kind).group === 'gateway.networking.k8s.io')
const apps: readonly KindName[] = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet']

/** The recorded objects with fields that no version has had yet, of policies or of everything else. */
const fromTheFuture = (isMeant: (object: ApiObject) => boolean) =>
  recorded.map((object) =>
    isMeant(object)
      ? {
          ...object,
          colour: 'green',
          metadata: { ...object.metadata, mood: ['good'] },
          spec: { ...(typeof object['spec'] === 'object' && object['spec']), teleport: { enabled: true } },
        }
      : object,
  )

const isPolicy = ({ kind }: ApiObject): boolean => kind === 'NetworkPolicy'

export const versionFaults: readonly Fault[] = [
  {
    name: 'a kind in a version newer than ours',
    arrange: () => ({ handlers: [discovery({ versions: { HTTPRoute: 'v7' } })] }),
    end: gap(
      {
        kind: 'HTTPRoute',
        why: 'failed',
        detail: expect.stringContaining('it is served as gateway.networking.k8s.io/v7'),
      },
      'none',
    ),
  },
  {
    name: 'objects with unknown fields',
    arrange: () => ({ handlers: [new Store(fromTheFuture((object) => !isPolicy(object))).handler] }),
    end: right,
  },
  {
    // A field that is not understood may narrow what a policy allows, or widen it.
    name: 'policies with unknown fields',
    arrange: () => ({ handlers: [new Store(fromTheFuture(isPolicy)).handler] }),
    end: { is: 'gaps', gaps: [], unknown: 'some' },
  },
  {
    name: 'an item that cannot be understood',
    arrange: () => ({
      handlers: [
        onList('EndpointSlice', () => ({ json: { kind: 'EndpointSliceList', items: [{ metadata: {} }] } })),
      ],
    }),
    end: gap({ kind: 'EndpointSlice', why: 'partial', detail: expect.stringContaining('understood') }),
  },
  {
    name: 'discovery in its old form',
    arrange: () => ({ handlers: [oldDiscovery()] }),
    end: right,
  },
  {
    name: 'discovery in its old form that fails for some groups',
    arrange: () => ({
      handlers: [
        ({ path }) =>
          /^\/apis\/(apps|gateway\.networking\.k8s\.io)\//.test(path) && path.split('/').length === 4
            ? status(500, 'InternalError', 'no')
            : undefined,
        oldDiscovery(),
      ],
    }),
    // What every API server has is asked for all the same.
    end: {
      is: 'gaps',
      gaps: gatewayKinds.map((kind) => ({ kind, why: 'failed' })),
      unknown: 'none',
    },
  },
  {
    name: 'discovery of an aggregated API that is down',
    arrange: () => ({
      handlers: [discovery({ stale: ['gateway.networking.k8s.io'], without: ['HTTPRoute'] })],
    }),
    end: {
      is: 'gaps',
      gaps: gatewayKinds.map((kind) => ({
        kind,
        why: 'failed',
        detail: expect.stringContaining('stale'),
      })),
      unknown: 'none',
    },
  },
  {
    name: 'discovery that is not complete yet: it lacks what every API server has',
    arrange: () => ({ handlers: [discovery({ without: apps })] }),
    end: right,
  },
  {
    name: 'a list in the middle of which discovery turns out to be wrong',
    arrange: () => ({
      handlers: [
        discovery({ without: ['EndpointSlice'] }),
        onList('EndpointSlice', () => ({ status: 404, text: '404 page not found\n' })),
      ],
    }),
    end: gap({ kind: 'EndpointSlice', why: 'failed' }),
  },
]
