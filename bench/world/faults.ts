import {
  type Application,
  applicationsOfNamespace,
  farCaller,
  isFenced,
  podRange,
  podsOfNode,
} from './application.ts'

/** One way to break an application, and what a scan of the whole cluster must then report. */
interface Fault {
  readonly expects: string
  /** What must be reported too where the policies of a caller let it out to web ports only. */
  readonly whenFenced?: readonly string[]
  readonly plant: (application: Application) => void
}

/** The first-tier faults of Services, endpoints and clients that a spec, a status or an event shows. */
const faults: readonly Fault[] = [
  {
    expects: 'error service/selector-near-miss',
    plant: (app) => {
      app.selector = { app: `${app.name}x` }
    },
  },
  {
    expects: 'error service/selector-matches-no-pod',
    plant: (app) => {
      app.selector = { component: 'something-else-entirely' }
    },
  },
  {
    expects: 'error service/backend-scaled-to-zero',
    plant: (app) => {
      app.replicas = 0
      app.pods = []
    },
  },
  {
    expects: 'error service/backend-pods-not-created',
    plant: (app) => {
      app.failure = `pods "${app.name}" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10`
      app.pods = []
    },
  },
  {
    expects: 'error service/debug-pod-is-endpoint',
    plant: (app) => {
      const [like] = app.pods
      if (like !== undefined) app.strays = [{ ...like, name: 'debug', address: spareAddress(like.node) }]
    },
  },
  {
    expects: 'error service/named-target-port-unresolved',
    plant: (app) => {
      app.targetPort = 'web'
    },
  },
  {
    expects: 'warning service/target-port-undeclared',
    whenFenced: ['error policy/egress-denied', 'warning policy/except-removes-needed-range'],
    plant: (app) => {
      app.targetPort = 9999
    },
  },
  {
    expects: 'error endpoint/readiness-probe-failing',
    plant: (app) => {
      for (const pod of app.pods) {
        pod.ready = false
        pod.unhealthy = 'Readiness probe failed: HTTP probe failed with statuscode: 404'
      }
    },
  },
  {
    expects: 'error endpoint/backend-crashing',
    plant: (app) => {
      for (const pod of app.pods) {
        pod.ready = false
        pod.waiting = 'CrashLoopBackOff'
      }
    },
  },
  {
    expects: 'warning endpoint/no-server-declared',
    plant: (app) => {
      app.targetPort = 8080
      app.container = { ports: [], probe: false, command: ['sh', '-c', 'while true; do sleep 30; done'] }
    },
  },
  {
    expects: 'error client/service-not-found',
    plant: (app) => {
      app.dials['REPORTING_URL'] = `http://${app.name}s`
    },
  },
  {
    expects: 'error client/port-not-on-service',
    plant: (app) => {
      app.dials['ADMIN_URL'] = `${Object.values(app.dials)[0]}:8080`
    },
  },
  {
    expects: 'error client/hardcoded-stale-pod-ip',
    plant: (app) => {
      const node = app.pods[0]?.node ?? ''
      app.dials['DATABASE_URL'] = `postgres://db@${spareAddress(node)}:5432/app`
    },
  },
  {
    expects: 'error client/hardcoded-pod-ip',
    plant: (app) => {
      // Another application's pod on the same node.
      const [own] = app.pods
      const last = Number(own?.address.split('.')[3] ?? 2)
      const range = own?.address.split('.').slice(0, 3).join('.')
      app.dials['CACHE_URL'] = `http://${range}.${2 + ((last - 2 + 1) % podsOfNode)}:8080`
    },
  },
]

const spareAddress = (node: string): string => `${podRange(Number(node.slice('node-'.length)))}.250`

/** One Service of fifty is broken, in one way after the other. */
const every = 50

/** Plants the fault of this application, if it is one of the broken ones; gives what must be reported. */
export function plantFault(index: number, app: Application, pods: number): readonly string[] {
  if (index % every !== every - 1) return []
  const fault = faults[Math.floor(index / every) % faults.length]
  if (fault === undefined) return []
  fault.plant(app)
  const callers = [index, farCaller(index, pods)].map((caller) =>
    Math.floor(caller / applicationsOfNamespace),
  )
  return [fault.expects, ...(callers.some(isFenced) ? (fault.whenFenced ?? []) : [])]
}
