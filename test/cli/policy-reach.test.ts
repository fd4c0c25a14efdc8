import { describe, expect, it } from 'vitest'
import { dump, pod, policy, service, shop } from './policy-world.ts'
import { recording, run, widestLine } from './run.ts'

const incident = ['policy', '-n', 'velocitytech-prod', '-f', recording('incident')]

describe('policy --to alone', () => {
  it('says who may reach a Service, by what decides it', async () => {
    const { stdout, stderr, code } = await run([...incident, '--to', 'svc/auth-service'])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatchInlineSnapshot(`
      "svc/auth-service:80 may be reached by 3 of 7 workloads, not from outside

        allowed  deploy/order-service, deploy/payment-service, pod/test-payment
                 ingress allowed by netpol/allow-auth-service-access ingress[0]
        denied   kube-system/deploy/coredns, deploy/auth-service,
                 deploy/network-debug-toolkit, deploy/payment-service-canary, any
                 address outside
                 ingress denied: isolated by netpol/allow-auth-service-access,
                 netpol/allow-ingress-controller, netpol/default-deny-ingress, no rule
                 matches

        note  from outside, the pod may see the address of a node or load balancer
              instead of the client (source-may-be-rewritten)
        next  why, for one of these:
              kubectl netdoctor policy -n velocitytech-prod -f fixtures/velocitytech/incident.json.gz --from kube-system/deploy/coredns --to svc/auth-service --explain

      looked for in all namespaces
      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      "
    `)
    expect(widestLine(stdout).length).toBeLessThanOrEqual(80)
  })

  it('says how many pairs of pods pass where only some do', async () => {
    const canary = policy('shop', 'canary', {
      podSelector: { matchLabels: { track: 'canary' } },
      policyTypes: ['Ingress'],
    })
    const { stdout } = await run(['policy', '-n', 'shop', '-f', '-', '--to', 'svc/api:80'], {
      stdin: dump([...shop, canary]),
    })
    expect(stdout).toContain('svc/api:80 may be reached by 4 of 5 workloads, and by the outside in part\n')
    expect(stdout).toMatch(
      /^ {2}partly +ops\/pod\/scraper, pod\/waits, pod\/web, any address outside \(1 of 2\n +pairs\)$/m,
    )
  })

  it('what surely passes nowhere is not reached in part: its own node is undefined by the API', async () => {
    const { stdout } = await run([...incident, '--to', 'node/node1:10250'])
    expect(stdout).toContain('node/node1:10250 may be reached by 4 of 7 workloads\n')
    expect(stdout).not.toContain('partly')
    expect(stdout).toMatch(/^ {2}unknown +deploy\/order-service/m)
  })

  it('tells ports apart where a Service has several', async () => {
    const { stdout } = await run(['policy', '-f', recording('incident'), '--to', 'kube-system/svc/kube-dns'])
    expect(stdout).toContain('\n  ports 53/UDP, 53/TCP, 9153/TCP\n')
    expect(stdout).toMatch(
      /^ {2}denied +UDP 53; TCP 53, 9153 from velocitytech-prod\/deploy\/order-service$/m,
    )
  })

  it('asks for a port where the pods declare none', async () => {
    const { stderr, code } = await run([...incident, '--to', 'deploy/order-service'])
    expect(stderr).toContain('deployment/order-service declares no port: say which')
    expect(code).toBe(2)
  })

  it('a name that is not there is said with near ones', async () => {
    const { stderr, code } = await run([...incident, '--to', 'svc/auth-servic'])
    expect(stderr).toContain('did you mean auth-service or auth-service-monitored?')
    expect(code).toBe(2)
  })
})

describe('policy --from alone', () => {
  it('says where a workload may go, and that it resolves no names', async () => {
    const { stdout, code } = await run([...incident, '--from', 'deploy/order-service'])
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "deploy/order-service may reach 3 of 7 workloads, nothing outside
        at the ports that the pods declare; at all ports where they declare none

        allowed  TCP 80 to deploy/auth-service, deploy/payment-service,
                 pod/test-payment
                 egress allowed by netpol/allow-order-service-egress egress[0]
        denied   UDP 53; TCP 53, 9153 to kube-system/deploy/coredns
                 all ports to deploy/network-debug-toolkit, deploy/order-service (its
                 other pods), any address outside
                 TCP 80 to deploy/payment-service-canary
                 egress denied: isolated by netpol/allow-order-service-egress, no rule
                 matches

        names  order-service cannot resolve names: lookups are denied
               (kube-system/svc/kube-dns). Whatever is said here is about addresses:
               what it dials by name fails before
               kubectl netdoctor policy -n velocitytech-prod -f fixtures/velocitytech/incident.json.gz --from velocitytech-prod/deploy/order-service --to kube-system/svc/kube-dns:53/UDP
        next   why, for one of these:
               kubectl netdoctor policy -n velocitytech-prod -f fixtures/velocitytech/incident.json.gz --from deploy/order-service --to kube-system/deploy/coredns:53/UDP --explain

      looked for in all namespaces
      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      "
    `)
    expect(widestLine(stdout).length).toBeLessThanOrEqual(80)
  })

  it('the command that it names can be run', async () => {
    const { stdout } = await run([...incident, '--from', 'deploy/order-service'])
    const commands = [...stdout.matchAll(/kubectl netdoctor (policy .*)$/gm)].map(([, words = '']) => words)
    expect(commands).toHaveLength(2)
    for (const words of commands) {
      const { code, stderr } = await run(words.split(' '))
      expect([words, stderr, code]).toEqual([words, '', 1])
    }
  })
})

describe('--from A --to B where A resolves no names', () => {
  const ofOrder = (...words: readonly string[]) =>
    run([...incident, '--from', 'deploy/order-service', ...words])

  it('says so under a verdict that stays what it is', async () => {
    const { stdout, code } = await ofOrder('--to', 'svc/payment-service')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ALLOWED /)
    expect(stdout).toMatch(/^ {2}names {2}order-service cannot resolve names: lookups are denied$/m)
    const json = await ofOrder('--to', 'svc/payment-service', '-o', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      verdict: 'allowed',
      names: { udp: 'fails', tcp: 'fails' },
    })
  })

  it('does not where an address is dialled, or DNS itself is asked about', async () => {
    const [address, dns] = await Promise.all([
      ofOrder('--to', '10.96.254.245:80'),
      ofOrder('--to', 'kube-system/svc/kube-dns:53/UDP'),
    ])
    expect(address.stdout).not.toContain('cannot resolve')
    expect(dns.stdout).not.toContain('cannot resolve')
  })

  it('nor where names resolve', async () => {
    const { stdout } = await run([
      ...incident,
      '--from',
      'deploy/auth-service',
      '--to',
      'svc/payment-service',
    ])
    expect(stdout).not.toContain('cannot resolve')
  })
})

describe('in a large list', () => {
  it('names some and counts the rest; wide has all', async () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      pod('shop', `client-${index}`, { app: `c${index}` }, { ip: `10.244.1.${index + 1}` }),
    )
    const objects = [...many, pod('shop', 'api', { app: 'api' }, { ip: '10.244.0.6' })]
    const stdin = dump([...objects, ...service('shop', 'api', { app: 'api' }, [['api', '10.244.0.6']])])
    const ask = (...words: readonly string[]) =>
      run(['policy', '-n', 'shop', '-f', '-', '--to', 'svc/api', ...words], { stdin })
    expect((await ask()).stdout).toMatch(/ and 5 more$/m)
    expect((await ask('-o', 'wide')).stdout).not.toMatch(/ and \d+ more$/m)
  })
})
