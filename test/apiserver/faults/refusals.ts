import { forbid, onList } from '../handlers.ts'
import { namespace } from '../recorded-cluster.ts'
import { status } from '../server.ts'
import { type Fault, gap, right } from './fault.ts'

const slices = 'list endpointslices.discovery.k8s.io'

export const refusalFaults: readonly Fault[] = [
  {
    name: '403 for some kinds',
    arrange: () => ({
      handlers: [forbid(({ kind }) => kind === 'EndpointSlice' || kind === 'ServiceCIDR')],
    }),
    end: {
      is: 'gaps',
      gaps: [
        { kind: 'EndpointSlice', why: 'forbidden', permission: `${slices} at the cluster scope` },
        {
          kind: 'EndpointSlice',
          namespace,
          why: 'forbidden',
          permission: `${slices} in namespace ${namespace}`,
        },
        { kind: 'ServiceCIDR', why: 'forbidden' },
      ],
      unknown: 'some',
    },
  },
  {
    name: '403 for the other namespaces',
    arrange: () => ({
      handlers: [forbid(({ kind, namespace: asked }) => kind === 'Service' && asked !== namespace)],
    }),
    end: gap(
      { kind: 'Service', namespace: undefined, permission: 'list services at the cluster scope' },
      'none',
    ),
  },
  {
    name: '403 in the middle of a list',
    arrange: () => ({
      handlers: [
        onList('EndpointSlice', ({ query }) =>
          query.has('continue') ? status(403, 'Forbidden', 'no more') : undefined,
        ),
      ],
    }),
    end: gap({ kind: 'EndpointSlice', why: 'partial' }),
  },
  {
    name: '403 for everything, because the user may not impersonate',
    arrange: () => ({
      handlers: [
        () =>
          status(
            403,
            'Forbidden',
            'users "joe" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
          ),
      ],
      session: { flags: { as: 'joe' } },
    }),
    end: {
      is: 'error',
      code: 'IMPERSONATION_FORBIDDEN',
      message: /^user "jane" of .* may not impersonate users: leave out --as/,
    },
  },
  {
    name: '403 for everything, because no credentials were sent',
    arrange: () => ({
      handlers: [
        () =>
          status(
            403,
            'Forbidden',
            'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
          ),
      ],
    }),
    end: {
      is: 'error',
      code: 'NOTHING_PERMITTED',
      message: /\(context test\) got no credentials, .*: log in again as user "jane"/,
    },
  },
  {
    name: '403 for discovery',
    arrange: () => ({
      handlers: [({ path }) => (path === '/apis' ? status(403, 'Forbidden', 'no') : undefined)],
    }),
    end: right,
  },
]
