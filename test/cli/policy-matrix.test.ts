import { describe, expect, it } from 'vitest'
import { dump, policy, shop } from './policy-world.ts'
import { recording, run, widestLine } from './run.ts'

const asked = (...words: readonly string[]) =>
  run(['policy', '--matrix', '-f', recording('incident'), ...words])
const inNamespace = (...words: readonly string[]) => asked('-n', 'velocitytech-prod', ...words)

describe('policy --matrix', () => {
  it('shows who reaches whom in a namespace, at 80 columns, with other namespaces and the outside', async () => {
    const { stdout, stderr, code } = await inNamespace()
    expect(stdout).toContain('velocitytech-prod: who reaches whom, 6 workloads\n')
    // order-service reaches auth-service and payment-service, and nothing outside of its namespace.
    expect(stdout).toMatch(/^ {2}3 order-service +✓ {2}✗ {2}✗ {2}✓ {2}✗ {2}~ {2}✗ {2}✗$/m)
    expect(stdout).toMatch(/^ {2}8 \(outside\) +(✗ {2}){6}✓ {2}·$/m)
    // What is said of several alike is said once.
    expect(stdout).toContain('\n~ 3 -> 6: only TCP 80\n~ 4, 6 -> 7: only UDP 53\n')
    expect(widestLine(stdout).length).toBeLessThanOrEqual(80)
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  })

  it('shows workloads of all namespaces with -A', async () => {
    const { stdout } = await asked('-A')
    expect(stdout).toContain('2 namespaces: who reaches whom, 7 workloads\n')
    expect(stdout).toMatch(/1 kube-system\/deploy\/coredns/)
  })

  it('numbers what has no room for its name, and says in full what the numbers are', async () => {
    const { stdout } = await run([
      'policy',
      '--matrix',
      '-A',
      '-f',
      'fixtures/scenarios/fenced-namespace.json.gz',
    ])
    expect(stdout).not.toContain('…')
    expect(stdout).toMatch(/^ {2}05 {4}✗ ✗ ~ \? ✗ ✗ ✗ ✗ ✓ ✓ ✗ ✗ ✗ ✗ ✓ ✗ ✗ ✗ ✗ ✗$/m)
    expect(stdout).toMatch(/^ {2}kube-system +3=deploy\/coredns, 4=ds\/kube-proxy$/m)
    expect(stdout).toContain('~ 5-19 -> 3: only TCP 53; UDP 53\n')
    expect(widestLine(stdout).length).toBeLessThanOrEqual(80)
  })

  it('prints every pair and port range as CSV and JSON, with the same answers', async () => {
    const [csv, json] = await Promise.all([inNamespace('-o', 'csv'), inNamespace('-o', 'json')])
    const [header, ...rows] = csv.stdout.trim().split('\r\n')
    expect(header).toBe(
      'from_namespace,from_kind,from_name,to_namespace,to_kind,to_name,protocol,from_port,to_port,verdict,pairs,allowed,denied,unknown,partly',
    )
    const result = JSON.parse(json.stdout)
    const ranges = result.cells.flatMap((cell: { ranges: readonly unknown[] }) => cell.ranges)
    expect(rows).toHaveLength(ranges.length)
    expect(rows).toContain(
      'velocitytech-prod,Deployment,order-service,velocitytech-prod,Deployment,auth-service,TCP,80,80,allow,4,4,0,0,0',
    )
    const index = (name: string): number =>
      result.groups.findIndex((group: { ref?: { name: string } }) => group.ref?.name === name)
    const cell = result.cells.find(
      (item: { from: number; to: number }) =>
        item.from === index('order-service') && item.to === index('auth-service'),
    )
    expect(cell.ranges).toContainEqual({
      protocol: 'TCP',
      from: 80,
      to: 80,
      pairs: { allowed: 4, denied: 0, unknown: 0, partly: 0 },
    })
  })

  it('says which policies are invalid', async () => {
    const bad = policy('shop', 'bad', { podSelector: {}, ingress: [{ ports: [{ port: 70000 }] }] })
    const { stdout } = await run(['policy', '--matrix', '-n', 'shop', '-f', '-'], {
      stdin: dump([...shop, bad]),
    })
    expect(stdout).toContain('! invalid, so that parts of them match nothing here: shop/netpol/bad')
  })

  it('refuses another question beside it', async () => {
    const { stderr, code } = await inNamespace('--without', 'x')
    expect(stderr).toContain('are different questions: ask one')
    expect(code).toBe(2)
  })
})
