import { describe, expect, it } from 'vitest'
import { dump, policy, shop } from './policy-world.ts'
import { recording, run, widestLine } from './run.ts'

const overview = (name: 'incident' | 'as-written', ...more: readonly string[]) =>
  run(['policy', '-n', 'velocitytech-prod', '-f', recording(name), ...more])

describe('policy', () => {
  it('says workload by workload who may come in, where it may go and whether names resolve', async () => {
    const { stdout, stderr } = await overview('as-written')
    expect(stderr).toBe('')
    expect(widestLine(stdout).length).toBeLessThanOrEqual(80)
    expect(stdout.split('\n\n').slice(0, 6).join('\n\n')).toMatchInlineSnapshot(`
      "! velocitytech-prod: 5 policies isolate 5 of 5 workloads

      deploy/order-service
        in     nobody now, though svc/order-service and ing/velocitytech-api-ingress
               lead to it; its rules admit
               any port from any pod of namespaces with name=ingress-nginx
               (ingress-nginx: no such pod now)
        out    80/TCP to deploy/payment-service, deploy/auth-service
               53/UDP to any destination
        names  over UDP only (kube-system/svc/kube-dns): TCP 53 is denied, and answers
               that are too long for UDP fail
        by     allow-ingress-controller, allow-order-service-egress,
               default-deny-ingress

      deploy/payment-service
        in     any port from any pod of namespaces with name=ingress-nginx
               (ingress-nginx: no such pod now)
               80/TCP from deploy/order-service; any pod of namespaces with
               name=ingress-nginx (ingress-nginx: no such pod now)
        out    80/TCP to deploy/auth-service
               53/UDP to any destination
        names  over UDP only (kube-system/svc/kube-dns): TCP 53 is denied, and answers
               that are too long for UDP fail
        by     allow-ingress-controller, allow-payment-service-access,
               default-deny-ingress

      deploy/network-debug-toolkit
        in     nobody now, though svc/network-debug-service leads to it; its rules
               admit
               any port from any pod of namespaces with name=ingress-nginx
               (ingress-nginx: no such pod now)
        out    anywhere: no policy isolates it
        names  resolved over UDP and TCP (kube-system/svc/kube-dns)
        by     allow-ingress-controller, default-deny-ingress

      deploy/payment-service-canary
        in     nobody now, though svc/payment-service-canary and
               ing/payment-service-canary lead to it; its rules admit
               any port from any pod of namespaces with name=ingress-nginx
               (ingress-nginx: no such pod now)
        out    anywhere: no policy isolates it
        names  resolved over UDP and TCP (kube-system/svc/kube-dns)
        by     allow-ingress-controller, default-deny-ingress

      deploy/auth-service
        in     80/TCP from deploy/payment-service; deploy/order-service; any pod of
               namespaces with name=ingress-nginx (ingress-nginx: no such pod now)
               any port from any pod of namespaces with name=ingress-nginx
               (ingress-nginx: no such pod now)
        out    anywhere: no policy isolates it
        names  resolved over UDP and TCP (kube-system/svc/kube-dns)
        by     allow-auth-service-access, allow-ingress-controller,
               default-deny-ingress"
    `)
  })

  it('--explain on the incident: the lost DNS rule first, then the other traps', async () => {
    const { stdout, code } = await overview('incident', '--explain')
    expect(code).toBe(1)
    const [headline, first = ''] = stdout.split('\n\n')
    expect(headline).toMatch(/^✗ velocitytech-prod: \d+ problems?; 5 policies isolate 6 of 6 workloads$/)
    expect(first).toMatch(/^deploy\/order-service\n/)
    expect(first).toContain('names  none (kube-system/svc/kube-dns): no rule lets it ask the DNS pods')
    expect(stdout).toMatch(/✗ Deployment order-service cannot resolve any name/)
    const flat = stdout.replaceAll(/\s+/g, ' ')
    expect(flat).toContain('over UDP only (kube-system/svc/kube-dns): TCP 53 is denied')
    expect(flat).toContain('53/UDP to any destination; it lists no "to", and that means any, not none')
    expect(flat).toContain('[allow-payment-service-access egress[1]]')
    expect(flat).toContain('Label name=ingress-nginx of Namespace ingress-nginx was set by hand')
    expect(flat).toContain('nobody now, though svc/order-service and ing/velocitytech-api-ingress lead to it')
    expect(flat).toContain('deploy/payment-service-canary in nobody now')
    expect(flat).toContain('default-deny-ingress (spec.podSelector selects every pod, no ingress rule)')
  })

  it('is short where no policy is', async () => {
    const { stdout, code } = await run(['policy', '-n', 'shop', '-f', '-'], { stdin: dump(shop) })
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "✓ shop: no policy, so that anyone may reach its 4 workloads

      assuming no cluster-wide policies (not read)
      "
    `)
  })

  it('-A: namespaces without any policy are one line', async () => {
    const closed = policy('shop', 'closed', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
    const { stdout } = await run(['policy', '-A', '-f', '-'], { stdin: dump([...shop, closed]) })
    expect(stdout).toMatchInlineSnapshot(`
      "✓ all namespaces: 1 policy isolates 4 of 5 workloads

      shop

      pod/api-1, pod/api-2
        in     nobody now, though svc/api leads to it; no rule admits anyone
        out    nowhere
        names  cannot be said (Service in namespace kube-system: not part of what was
               read)
        by     closed

      pod/waits, pod/web
        in     nobody now; no rule admits anyone
        out    nowhere
        names  cannot be said (Service in namespace kube-system: not part of what was
               read)
        by     closed

        finished  1 Job or pod: no traffic any more

        open  no policy in ops: anyone may come in, and go anywhere

      assuming no cluster-wide policies (not read)
      "
    `)
  })

  it('invalid policies are named and admit nobody', async () => {
    const wrong = policy('shop', 'wrong', {
      podSelector: { matchLabels: { app: 'api' } },
      ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/99' } }], ports: [{ port: 0 }] }],
    })
    const { stdout } = await run(['policy', '-n', 'shop', '-f', '-'], { stdin: dump([...shop, wrong]) })
    expect(stdout).toContain('no port (invalid) from nobody (an invalid peer)')
  })
})
