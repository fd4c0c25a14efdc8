import { expect, test } from 'vitest'
import { joinFindings } from '../../src/diagnosis/join.ts'
import type { Connection } from '../../src/network/traffic/connection.ts'
import { catalogue } from '../../src/rules/catalogue.ts'
import type { Finding } from '../../src/rules/finding.ts'
import { word } from '../../src/rules/text.ts'
import type { Hop, Path } from '../../src/trace/path.ts'

function finding(rule: string, place: string, more: Partial<Finding> = {}): Finding {
  const about = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: place }
  return {
    key: `${rule} ${place}`,
    rule,
    about,
    subject: about,
    place,
    places: [place],
    severity: 'error',
    proof: 'proven',
    open: false,
    summary: word(rule),
    evidence: [],
    ...more,
  }
}

const connection: Connection = {
  key: 'cart|web',
  client: { kind: 'anyone', namespace: 'shop' },
  host: 'web',
  protocol: 'TCP',
  dials: [],
}

function pathThrough(hop: Hop, outcome: Path['outcome']): Path {
  return { connection, hops: [hop], outcome, firstBroken: outcome === 'fails' ? hop : undefined }
}

const broken: Hop = {
  kind: 'endpoints',
  place: 'service-port shop/web:80',
  verdict: { outcome: 'fails', reason: 'no-ready-endpoints' },
  behind: ['service shop/web', 'pods shop/Deployment/web', 'pods shop/Deployment/web-canary'],
}

test('the faults of two workloads behind one Service stay two problems', () => {
  const killed = finding('endpoint/killed-before-ready', 'pods shop/Deployment/web')
  const probe = finding('endpoint/readiness-probe-failing', 'pods shop/Deployment/web-canary')
  const general = finding('endpoint/all-not-ready', 'service shop/web')
  const joined = joinFindings([killed, probe, general], [pathThrough(broken, 'fails')], catalogue)
  expect(joined.causes.map(({ key }) => key).sort()).toEqual([killed.key, probe.key])
  expect([...joined.symptoms.values()].flat().map(({ key }) => key)).toEqual([general.key])
})

test('the faults of one workload fold into the more specific one', () => {
  const killed = finding('endpoint/killed-before-ready', 'pods shop/Deployment/web')
  const probe = finding('endpoint/readiness-probe-failing', 'pods shop/Deployment/web')
  const joined = joinFindings([probe, killed], [pathThrough(broken, 'fails')], catalogue)
  expect(joined.causes.map(({ key }) => key)).toEqual([killed.key])
})

test('a likely warning at a passing hop lists the connections that may meet it', () => {
  const passing: Hop = { ...broken, verdict: { outcome: 'passes' } }
  const likely = finding('service/target-port-undeclared', passing.place, {
    severity: 'warning',
    proof: 'likely',
  })
  const path = pathThrough(passing, 'passes')
  expect(joinFindings([likely], [path], catalogue).breaks.get(likely.key)).toEqual([path])
})
