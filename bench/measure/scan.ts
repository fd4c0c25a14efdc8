// Reads a cluster and diagnoses all of it, each step timed. Arguments: KUBECONFIG.
import { openCluster } from '../../src/cluster/cluster.ts'
import { FixTrial } from '../../src/diagnosis/check-fix.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { examine } from '../../src/diagnosis/examine.ts'
import { Network } from '../../src/network/network.ts'
import { report } from './report.ts'

const [kubeconfig = ''] = process.argv.slice(2)
const question = { kind: 'scan', namespaces: 'all' } as const
const session = await openCluster({ kubeconfig }, new AbortController().signal)
// Parts that load when they are first used are not what is measured.
await session.namespaceExists('default')

const started = performance.now()
const snapshot = await session.read({ namespaces: 'all' }, () => {})
const read = performance.now()
await session.close()
const { problems } = diagnose(question, Network.of(snapshot))
const diagnosed = performance.now()

// The fixes once more and alone, in a world that nobody has looked into for them yet.
const network = Network.of(snapshot)
examine(question, network)
const trial = new FixTrial(network)
const tried = problems.filter(({ fixCheck }) => fixCheck !== undefined)
const beforeFixes = performance.now()
for (const { cause, breaks } of tried) trial.try(cause.fix?.edits ?? [], cause, breaks)
const fixesMs = performance.now() - beforeFixes

const found: Record<string, number> = {}
for (const { cause } of problems) {
  if (cause.severity === 'note') continue
  const key = `${cause.severity} ${cause.rule}`
  found[key] = (found[key] ?? 0) + 1
}
report({ readMs: read - started, modelMs: diagnosed - read - fixesMs, fixesMs, tried: tried.length, found })
