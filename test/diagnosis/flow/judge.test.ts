import { describe, expect, it } from 'vitest'
import { podEnd } from '../../../src/diagnosis/flow/ends.ts'
import { judgeFlow } from '../../../src/diagnosis/flow/judge.ts'
import { Network } from '../../../src/network/network.ts'
import { loadFiles } from '../../../src/snapshot/files/load.ts'
import { dump, namespace, pod, policy } from '../../cli/policy-world.ts'

function ask(sourceIps: readonly string[], targetIps: readonly string[], policies: readonly unknown[]) {
  const objects = [
    namespace('shop'),
    pod('shop', 'web', { app: 'web' }, { ips: sourceIps }),
    pod('shop', 'api', { app: 'api' }, { ips: targetIps }),
    ...policies,
  ]
  const content = dump(objects.map((item) => JSON.parse(JSON.stringify(item))))
  const options = { isComplete: false, defaultNamespace: 'shop' }
  const network = Network.of(loadFiles([{ file: 'cluster', content }], options).snapshot)
  const [api, web] = network.inventory.list('Pod', 'shop').items
  if (web === undefined || api === undefined) throw new Error('no pods')
  return judgeFlow({ source: podEnd(web), destination: podEnd(api), asked: {} }, network.policy, network)
}

const block = policy('shop', 'v4', {
  podSelector: { matchLabels: { app: 'api' } },
  ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
})

describe('a judged flow', () => {
  it('is told by address family where the families differ', () => {
    const { outcome, reasons } = ask(['10.1.0.1', 'fd00::1'], ['10.1.0.2', 'fd00::2'], [block])
    expect(outcome).toBe('partly')
    expect(reasons.map((reason) => [reason.outcome, reason.example.family])).toEqual([
      ['fails', 6],
      ['passes', 4],
    ])
  })

  it('between pods without a common family has a note', () => {
    const { notes } = ask(['10.1.0.1'], ['fd00::2'], [])
    expect(JSON.stringify(notes)).toContain('have no address family in common')
  })
})
