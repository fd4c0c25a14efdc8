import { describe, expect, it } from 'vitest'
import { recording, run, widestLine } from './run.ts'

describe('whole screens', () => {
  it('demo diagnoses the built-in incident and exits 0', async () => {
    const { stdout, stderr, code } = await run(['demo'])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatchInlineSnapshot(`
      "✗ velocitytech-prod: 5 problems break 10 of 11 connections

      ✗ Nobody serves 4 Ingresses (payment-service-canary, payment-service-prod,
        velocitytech-admin-ingress and 1 more): IngressClass nginx does not exist, the
        cluster has no IngressClass at all                     ingress/class-not-found
        No controller reads them: whatever a client asks for, their hosts and paths
        lead nowhere.
        breaks   payment.velocitytech.local/ (canary) -> payment-service-canary:80
                 payment.velocitytech.local/ -> payment-service:80
                 admin.velocitytech.local/ -> auth-service:80
                 api.velocitytech.local/api/auth(/|$)(.*) -> auth-service:80
                 api.velocitytech.local/api/payment(/|$)(.*) -> payment-service:80
                 api.velocitytech.local/api/orders(/|$)(.*) -> order-service:80
                 and 1 more (-o json has all)
        changed  ing/payment-service-canary, 4 min before this picture, by
                 kubectl-client-side-apply
                 ing/payment-service-prod, 4 min before this picture, by
                 kubectl-client-side-apply
                 ing/velocitytech-api-ingress, 4 min before this picture, by
                 kubectl-client-side-apply
        next     Install a controller whose IngressClass is named nginx, or name a
                 class that is served: kubectl get ingressclass
                 ingress-nginx has had no fixes since March 2026; other controllers
                 can serve a class of this name

      ✗ Deployment order-service cannot resolve any name: NetworkPolicy
        allow-order-service-egress isolates it for egress, and no rule allows DNS
                                                              policy/dns-egress-denied
        A lookup goes to the pods of Service kube-dns, port 53, over UDP first.
        breaks   order-service -> auth-service:80
                 order-service -> payment-service:80
        changed  netpol/allow-order-service-egress, 32 s before this picture, by
                 kubectl-client-side-apply
        fix      kubectl -n velocitytech-prod patch netpol/allow-order-service-egress --type=json -p '[{"op":"add","path":"/spec/egress/-","value":{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}]}}]'
                 tried on a copy: -> auth-service:80 works; -> payment-service:80 gets
                 as far as the next problem; opens UDP and TCP 53 to
                 kube-system/deploy/coredns for deploy/order-service, nothing else
        undo     kubectl -n velocitytech-prod patch netpol/allow-order-service-egress --type=json -p '[{"op":"remove","path":"/spec/egress/1"}]'
        likely   to confirm:
                 kubectl -n velocitytech-prod exec deployment/order-service -- nslookup kubernetes.default

      ✗ Deployment order-service dials 10.244.1.15:5432 (container order-service,
        variable DATABASE_URL): an address that no pod has any more
                                                         client/hardcoded-stale-pod-ip
        10.244.1.0/24 is the pod range of Node node2; the pod that had it is gone.
        breaks   order-service -> 10.244.1.15:5432
        changed  deploy/order-service, 33 s before this picture, by kubectl-set
        next     no Service in this cluster offers port 5432: create one for what is
                 meant, and dial its name
        likely   to confirm:
                 kubectl -n velocitytech-prod exec deployment/order-service -c order-service -- nc -zv -w 3 10.244.1.15 5432

      ✗ Pod test-payment looks like a test pod and gets 1 of 4 connections to Service
        payment-service, because it carries its labels   service/debug-pod-is-endpoint
        No controller made it (image nicolaka/netshoot, command sleep 3600), and it
        does not declare port 80: if nothing listens there, its share is refused.
        breaks   order-service -> payment-service:80 (1 of 4)
                 payment.velocitytech.local/ -> payment-service:80 (1 of 4)
                 api.velocitytech.local/api/payment(/|$)(.*) -> payment-service:80 (1
                 of 4)
        changed  pod/test-payment, 33 s before this picture, by kubectl-run
        fix      kubectl -n velocitytech-prod label pod/test-payment app-
                 The pod keeps running and leaves the Service. To remove it:
                 kubectl -n velocitytech-prod delete pod test-payment
                 tried on a copy: the problem is gone
        undo     kubectl -n velocitytech-prod label pod/test-payment app=payment-service
        likely   to confirm, "connection refused" proves it:
                 kubectl get --raw /api/v1/namespaces/velocitytech-prod/pods/test-payment:80/proxy/

      ✗ Service payment-service-canary selects nothing: it asks for
        app=payment-service-canari, Deployment payment-service-canary has
        app=payment-service-canary                          service/selector-near-miss
        breaks   payment.velocitytech.local/ (canary) -> payment-service-canary:80
        changed  svc/payment-service-canary, 33 s before this picture, by
                 kubectl-patch
                 deploy/payment-service-canary, 4 min before this picture, by
                 kubectl-client-side-apply
        fix      kubectl -n velocitytech-prod patch svc/payment-service-canary --type=merge -p '{"spec":{"selector":{"app":"payment-service-canary"}}}'
                 tried on a copy: the problem is gone
        undo     kubectl -n velocitytech-prod patch svc/payment-service-canary --type=merge -p '{"spec":{"selector":{"app":"payment-service-canari"}}}'

      ! NetworkPolicy allow-payment-service-access allows DNS over UDP only:
        Deployment payment-service loses answers that need TCP
                                                            policy/dns-egress-udp-only

      ! Deployment network-debug-toolkit stands behind Service network-debug-service
        and seems to run no server: its command only sleeps or calls others
                                                           endpoint/no-server-declared

      ! Deployment order-service stands behind Service order-service and seems to run
        no server: its command only sleeps or calls others
                                                           endpoint/no-server-declared

      with -o wide: 3 warnings in full, 6 notes
      assuming cluster DNS answers
      assuming no cluster-wide policies (not read)
      assuming Secrets of Ingresses are right (netdoctor ingress reads them)
      · not checked: listeners, node-to-node network, network policies for other
        clients than workloads
      "
    `)
  })

  it('svc shows a healthy Service in a few lines', async () => {
    const { stdout, stderr, code } = await run(['svc', 'auth-service-monitored', '-f', recording('running')])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatchInlineSnapshot(`
      "✓ auth-service-monitored.velocitytech-prod: all 0 connections pass, network
        policies not checked
        10.96.195.59   http 80/TCP -> 80   2 of 2 endpoints ready

        caller         svc  endpoints  pod
        any client:80  ✓    2 ✓        ✓
        no caller found in all namespaces

      with -o wide: 2 notes
      · not checked: network policies, listeners, node-to-node network
      "
    `)
  })

  it('from shows what a client dials, and the problems on these ways', async () => {
    const { stdout, stderr, code } = await run(['from', 'deploy/order-service', '-f', recording('incident')])
    expect({ stderr, code }).toEqual({ stderr: '', code: 1 })
    expect(stdout).toMatchInlineSnapshot(`
      "✗ deploy/order-service: all 3 connections fail

        dials               name  dns  pod  written in
        auth-service:80     ✓     ✗         env AUTH_SERVICE_URL
        payment-service:80  ✓     ✗         env PAYMENT_SERVICE_URL
        10.244.1.15:5432    -     -    ✗    env DATABASE_URL

      ✗ Deployment order-service cannot resolve any name: NetworkPolicy
        allow-order-service-egress isolates it for egress, and no rule allows DNS
                                                              policy/dns-egress-denied
        A lookup goes to the pods of Service kube-dns, port 53, over UDP first.
        breaks   order-service -> auth-service:80
                 order-service -> payment-service:80
        changed  netpol/allow-order-service-egress, 32 s before this picture, by
                 kubectl-client-side-apply
        fix      kubectl -n velocitytech-prod patch netpol/allow-order-service-egress --type=json -p '[{"op":"add","path":"/spec/egress/-","value":{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}]}}]'
                 tried on a copy: -> auth-service:80 works; -> payment-service:80 gets
                 as far as the next problem; opens UDP and TCP 53 to
                 kube-system/deploy/coredns for deploy/order-service, nothing else
        undo     kubectl -n velocitytech-prod patch netpol/allow-order-service-egress --type=json -p '[{"op":"remove","path":"/spec/egress/1"}]'
        likely   to confirm:
                 kubectl -n velocitytech-prod exec deployment/order-service -- nslookup kubernetes.default

      ✗ Deployment order-service dials 10.244.1.15:5432 (container order-service,
        variable DATABASE_URL): an address that no pod has any more
                                                         client/hardcoded-stale-pod-ip
        10.244.1.0/24 is the pod range of Node node2; the pod that had it is gone.
        breaks   order-service -> 10.244.1.15:5432
        changed  deploy/order-service, 33 s before this picture, by kubectl-set
        next     no Service in this cluster offers port 5432: create one for what is
                 meant, and dial its name
        likely   to confirm:
                 kubectl -n velocitytech-prod exec deployment/order-service -c order-service -- nc -zv -w 3 10.244.1.15 5432

      ✗ Pod test-payment looks like a test pod and gets 1 of 4 connections to Service
        payment-service, because it carries its labels   service/debug-pod-is-endpoint
        No controller made it (image nicolaka/netshoot, command sleep 3600), and it
        does not declare port 80: if nothing listens there, its share is refused.
        breaks   order-service -> payment-service:80 (1 of 4)
        changed  pod/test-payment, 33 s before this picture, by kubectl-run
        fix      kubectl -n velocitytech-prod label pod/test-payment app-
                 The pod keeps running and leaves the Service. To remove it:
                 kubectl -n velocitytech-prod delete pod test-payment
                 tried on a copy: the problem is gone
        undo     kubectl -n velocitytech-prod label pod/test-payment app=payment-service
        likely   to confirm, "connection refused" proves it:
                 kubectl get --raw /api/v1/namespaces/velocitytech-prod/pods/test-payment:80/proxy/

      ! Deployment order-service stands behind Service order-service and seems to run
        no server: its command only sleeps or calls others
                                                           endpoint/no-server-declared

      with -o wide: 1 warning in full, 3 notes
      assuming no cluster-wide policies (not read)
      · not checked: listeners, node-to-node network
      "
    `)
  })
})

describe('first lines', () => {
  it.each([
    [['scan', '-f', recording('incident')], '✗ all namespaces: 5 problems break 10 of 11 connections', 1],
    [['scan', '-f', recording('as-written')], '✗ all namespaces: 2 problems break 9 of 10 connections', 1],
    [['-f', recording('running')], '✗ all namespaces: 1 problem breaks 7 of 10 connections', 1],
    [
      ['-n', 'velocitytech-prod', '-f', recording('incident')],
      '✗ velocitytech-prod: 5 problems break 10 of 11 connections',
      1,
    ],
    [
      ['svc', 'payment-service', '-f', recording('incident')],
      '✗ payment-service.velocitytech-prod: all 3 connections fail',
      1,
    ],
    [
      ['svc', 'auth-service', '-f', recording('as-written')],
      '✗ auth-service.velocitytech-prod: all 5 connections fail',
      1,
    ],
    [
      ['from', 'deploy/payment-service', '-f', recording('incident')],
      '! deploy/payment-service: no error, 1 warning',
      0,
    ],
    [
      ['from', 'deploy/auth-service', '-f', recording('running')],
      '✓ deploy/auth-service: dials nothing that its env, args and ConfigMaps show',
      0,
    ],
  ])('%j answers', async (words, answer, exit) => {
    const { stdout, stderr, code } = await run(words)
    expect({ answer: stdout.split('\n')[0], stderr, code }).toEqual({ answer, stderr: '', code: exit })
  })

  it.each(['incident', 'as-written', 'running'] as const)(
    '%s fits 80 columns but for commands',
    async (name) => {
      const { stdout } = await run(['-f', recording(name), '-o', 'wide'])
      // Words that cannot be broken, such as long paths, may stand out.
      expect(widestLine(stdout).length).toBeLessThanOrEqual(100)
      const table = await run(['-f', recording(name)])
      expect(widestLine(table.stdout).length).toBeLessThanOrEqual(80)
    },
  )
})

describe('ways to name a place', () => {
  it.each([
    [['svc', 'svc/auth-service']],
    [['svc', 'services/auth-service']],
    [['svc', 'velocitytech-prod/auth-service']],
    [['svc', 'velocitytech-prod/svc/auth-service']],
    [['svc', '--', 'auth-service']],
    [['svc', '-n', 'other', '-n', 'velocitytech-prod', 'auth-service']],
  ])('%j is the same Service', async (words) => {
    const { stdout, code } = await run([...words.slice(0, 1), '-f', recording('incident'), ...words.slice(1)])
    expect(stdout).toMatch(/^✗ auth-service\.velocitytech-prod: /)
    expect(code).toBe(1)
  })

  it.each([
    [['from', 'deploy/order-service']],
    [['from', 'deployment', 'order-service']],
    [['from', 'velocitytech-prod/deploy', 'order-service']],
    [['from', 'velocitytech-prod/deploy/order-service']],
    [['from', 'order-service']],
  ])('%j is the same client', async (words) => {
    const { stdout, code } = await run([...words, '-f', recording('incident')])
    expect(stdout).toMatch(/^✗ deploy\/order-service: /)
    expect(code).toBe(1)
  })

  it('a pod stands for its workload', async () => {
    const { stdout } = await run(['from', 'pod/test-payment', '-f', recording('incident')])
    expect(stdout).toMatch(/^. pod\/test-payment: /)
  })
})
