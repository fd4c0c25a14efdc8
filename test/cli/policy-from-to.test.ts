import { describe, expect, it } from 'vitest'
import { dump, pod, policy, shop } from './policy-world.ts'
import { recording, run, widestLine } from './run.ts'

const ask = (from: string, to: string, ...more: readonly string[]) => [
  ...['policy', '-n', 'shop', '--from', from, '--to', to],
  ...more,
]

const inShop = (
  policies: readonly ReturnType<typeof policy>[],
  from: string,
  to: string,
  ...more: readonly string[]
) => run([...ask(from, to, ...more), '-f', '-'], { stdin: dump([...shop, ...policies]) })

const toApi = (spec: object) =>
  policy('shop', 'to-api', { podSelector: { matchLabels: { app: 'api' } }, ...spec })
const fromJobs = {
  ingress: [{ from: [{ podSelector: { matchLabels: { app: 'done' } } }], ports: [{ port: 8080 }] }],
}
const stableOnly = policy('shop', 'canary', {
  podSelector: { matchLabels: { track: 'canary' } },
  policyTypes: ['Ingress'],
})

describe('policy --from --to', () => {
  it('denied: both sides, the nearest rule and its clause, the change and what it opens, how to confirm', async () => {
    const { stdout, stderr, code } = await run([
      ...['policy', '-n', 'velocitytech-prod', '-f', recording('incident')],
      ...['--from', 'deploy/network-debug-toolkit', '--to', 'svc/auth-service:80'],
    ])
    expect({ stderr, code }).toEqual({ stderr: '', code: 1 })
    expect(stdout).toMatchInlineSnapshot(`
      "DENIED  deploy/network-debug-toolkit -> svc/auth-service:80
        0 of 2 endpoints reachable

        egress   allowed: no policy isolates network-debug-toolkit for egress
        ingress  denied: 3 NetworkPolicies isolate auth-service; none of 2 rules
                 matches network-debug-toolkit
        nearest  NetworkPolicy allow-auth-service-access ingress[0].from[0]:
                 wants app=payment-service; network-debug-toolkit has
                 app=network-debug
        fix      add to NetworkPolicy allow-auth-service-access spec.ingress[0].from:
                 {"podSelector":{"matchLabels":{"app":"network-debug"}}}
                 kubectl -n velocitytech-prod patch netpol/allow-auth-service-access --type=json -p '[{"op":"add","path":"/spec/ingress/0/from/-","value":{"podSelector":{"matchLabels":{"app":"network-debug"}}}}]'
                 tried on a copy: allowed then
        undo     kubectl -n velocitytech-prod patch netpol/allow-auth-service-access --type=json -p '[{"op":"remove","path":"/spec/ingress/0/from/3"}]'
        opens    nothing else
        confirm  (needs nc in the image)
                 kubectl -n velocitytech-prod exec deploy/network-debug-toolkit -- nc -z -v -w 3 10.96.254.245 80

      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      "
    `)
  })

  it('--explain: every rule that was tried, condition by condition', async () => {
    const { stdout, code } = await inShop([toApi(fromJobs)], 'pod/web', 'svc/api', '--explain')
    expect(code).toBe(1)
    expect(stdout).toMatchInlineSnapshot(`
      "DENIED  pod/web -> svc/api:80
        0 of 2 endpoints reachable; rules are compared with pod port 8080, not with 80

        egress   allowed: no policy isolates web for egress
        ingress  denied: NetworkPolicy to-api isolates api; its only rule does not
                 match web
        nearest  NetworkPolicy to-api ingress[0].from[0]:
                 wants app=done; web has app=web
        tried    NetworkPolicy to-api ingress[0].from[0]: does not match
                   from[0].podSelector: namespace shop, ok
                   from[0].podSelector.matchLabels.app: NO, wants app=done; web has
                 app=web
                   ports[0].protocol: TCP, ok
                   ports[0].port: 8080, ok
        fix      add to NetworkPolicy to-api spec.ingress[0].from:
                 {"podSelector":{"matchLabels":{"app":"web"}}}
                 kubectl -n shop patch netpol/to-api --type=json -p '[{"op":"add","path":"/spec/ingress/0/from/-","value":{"podSelector":{"matchLabels":{"app":"web"}}}}]'
                 tried on a copy: allowed then
        undo     kubectl -n shop patch netpol/to-api --type=json -p '[{"op":"remove","path":"/spec/ingress/0/from/1"}]'
        opens    nothing else
        confirm  (needs nc in the image)
                 kubectl -n shop exec pod/web -- nc -z -v -w 3 10.96.0.20 80

      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      "
    `)
    expect(widestLine(stdout).length).toBeLessThanOrEqual(80)
  })

  it('allowed: short', async () => {
    const { stdout, code } = await inShop([], 'pod/web', 'svc/api')
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "ALLOWED  pod/web -> svc/api:80
        2 of 2 endpoints reachable; rules are compared with pod port 8080, not with 80

        egress   allowed: no policy isolates web for egress
        ingress  allowed: no policy isolates api for ingress
        confirm  (needs nc in the image)
                 kubectl -n shop exec pod/web -- nc -z -v -w 3 10.96.0.20 80

      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      "
    `)
  })

  it('a Service is judged endpoint by endpoint, at the port of its pods', async () => {
    const { stdout, code } = await inShop([stableOnly], 'pod/web', 'svc/api:80')
    expect(code).toBe(1)
    expect(stdout).toMatchInlineSnapshot(`
      "PARTLY  pod/web -> svc/api:80
        1 of 2 endpoints reachable; rules are compared with pod port 8080, not with 80

      DENIED  to api-2
        egress   allowed: no policy isolates web for egress
        ingress  denied: NetworkPolicy canary isolates api-2 and admits nobody
        fix      a new NetworkPolicy allow-web-to-api in namespace shop
                 printf %s '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"allow-web-to-api","namespace":"shop"},"spec":{"podSelector":{"matchLabels":{"app":"api","track":"canary"}},"policyTypes":["Ingress"],"ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"web"}}}],"ports":[{"protocol":"TCP","port":8080}]}]}}' | kubectl -n shop apply -f -
                 tried on a copy: allowed then
        undo     kubectl -n shop delete netpol/allow-web-to-api
        opens    nothing else
        confirm  (needs nc in the image)
                 kubectl -n shop exec pod/web -- nc -z -v -w 3 10.244.0.7 8080

      ALLOWED  to api-1
        egress   allowed: no policy isolates web for egress
        ingress  allowed: no policy isolates api-1 for ingress
        confirm  (needs nc in the image)
                 kubectl -n shop exec pod/web -- nc -z -v -w 3 10.244.0.6 8080

      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      "
    `)
  })

  it('world: ranges that policies tell apart are told apart', async () => {
    const office = toApi({
      ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24', except: ['192.0.2.7/32'] } }] }],
    })
    const { stdout, code } = await inShop([office], 'world', 'pod/api-1')
    expect(code).toBe(1)
    expect(stdout).toMatchInlineSnapshot(`
      "PARTLY  world -> pod/api-1:8080
        0 of 1 pod reachable, 1 in part

      DENIED  from 0.0.0.0-192.0.1.255, 192.0.3.0-255.255.255.255, 192.0.2.7
        egress   allowed: an address of these is no pod, and policies are about pods
        ingress  denied: NetworkPolicy to-api isolates api-1; its only rule does not
                 match an address of these
        nearest  NetworkPolicy to-api ingress[0].from[0].ipBlock:
                 wants an address in 192.0.2.0/24; an address of these has none

      ALLOWED  from 192.0.2.0-192.0.2.6, 192.0.2.8-192.0.2.255
        egress   allowed: an address of these is no pod, and policies are about pods
        ingress  allowed: by NetworkPolicy to-api ingress[0].from[0].ipBlock

        note  from outside, the pod may see the address of a node or load balancer
              instead of the client (source-may-be-rewritten)

      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      assuming that no address here is one of a node (not read)
      "
    `)
    expect((await inShop([office], '192.0.2.8', 'pod/api-1')).code).toBe(0)
    expect((await inShop([office], '192.0.2.7', 'pod/api-1')).code).toBe(1)
  })

  it('finished pods, pods without an address and Services without endpoints are said in words', async () => {
    const done = await inShop([], 'pod/done', 'svc/api')
    expect(done.code).toBe(4)
    expect(done.stdout).toContain('UNKNOWN  pod/done -> svc/api:80\n')
    expect(done.stdout).toContain('the pod has finished')
    const waits = await inShop([], 'pod/web', 'pod/waits')
    expect(waits.stdout).toContain('Pod waits has no address yet: nothing can reach it now')
    const empty = await inShop([], 'pod/web', 'svc/empty')
    expect(empty.code).toBe(4)
    expect(empty.stdout).toContain('Service empty has no endpoint')
  })

  it('what the API leaves undefined is unknown, with that reason', async () => {
    const agent = {
      ...pod('shop', 'agent', { app: 'api' }, { ip: '172.18.0.3' }),
      spec: {
        hostNetwork: true,
        nodeName: 'node2',
        containers: [{ name: 'main', ports: [{ containerPort: 8080 }] }],
      },
    }
    const { stdout, code } = await inShop([agent, toApi(fromJobs)], 'pod/web', 'pod/agent')
    expect(code).toBe(4)
    expect(stdout).toMatchInlineSnapshot(`
      "UNKNOWN  pod/web -> pod/agent:8080
        1 pod

        egress   allowed: no policy isolates web for egress
        ingress  unknown: undefined by the API: whether policies apply to a
                 host-network pod is up to the network plugin

      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      "
    `)
  })

  it('a verdict that hangs on an invalid policy says so, with object, field and value', async () => {
    const wrong = toApi({
      ingress: [
        { from: [{ ipBlock: { cidr: '10.0.0.300/8' } }] },
        { ports: [{ port: 70000 }] },
        { from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'Like', values: ['w'] }] } }] },
      ],
    })
    const { stdout, code } = await inShop([wrong], 'pod/web', 'pod/api-1')
    expect(code).toBe(1)
    expect(stdout).toMatchInlineSnapshot(`
      "DENIED  pod/web -> pod/api-1:8080
        0 of 1 pod reachable

        egress   allowed: no policy isolates web for egress
        ingress  denied: NetworkPolicy to-api isolates api-1; none of 3 rules matches
                 web
        nearest  NetworkPolicy to-api ingress[0].from[0].ipBlock:
                 has an invalid peer
        fix      a new NetworkPolicy allow-web-to-api in namespace shop
                 printf %s '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"allow-web-to-api","namespace":"shop"},"spec":{"podSelector":{"matchLabels":{"app":"api","track":"stable"}},"policyTypes":["Ingress"],"ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"web"}}}],"ports":[{"protocol":"TCP","port":8080}]}]}}' | kubectl -n shop apply -f -
                 tried on a copy: allowed then
        undo     kubectl -n shop delete netpol/allow-web-to-api
        opens    nothing else
        confirm  (needs nc in the image)
                 kubectl -n shop exec pod/web -- nc -z -v -w 3 10.244.0.6 8080

        note     a policy that takes part is invalid: the API server would refuse it;
                 its invalid parts match nothing here (input-invalid)
        invalid  netpol/to-api spec.ingress[0].from[0].ipBlock.cidr "10.0.0.300/8" is
                 not a CIDR; the peer matches nothing
                 netpol/to-api spec.ingress[1].ports[0].port "70000" must be between 1
                 and 65535
                 netpol/to-api
                 spec.ingress[2].from[0].podSelector.matchExpressions[0].operator
                 "Like" must be one of In, NotIn, Exists, DoesNotExist

      assuming no cluster-wide policies (not read)
      assuming no policies of Cilium or Calico (not read)
      "
    `)
  })

  it('a rule of the admin tier: no NetworkPolicy can help, and which one denies', async () => {
    const guard = {
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: 'guard', uid: 'guard' },
      spec: {
        tier: 'Admin',
        priority: 7,
        subject: { namespaces: {} },
        ingress: [{ name: 'tenants', action: 'Deny', from: [{ namespaces: {} }] }],
      },
    }
    const { stdout, code } = await inShop([guard], 'pod/web', 'pod/api-1')
    expect(code).toBe(1)
    expect(stdout).toContain('denied: by ClusterNetworkPolicy guard ingress[0].from[0] "tenants"')
    expect(stdout).toMatch(/no NetworkPolicy can allow it: the admin tier comes first/)
  })

  it('files: the line of the deciding field, and no command for a cluster that nobody named', async () => {
    const manifests = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { containers: [{ name: web, image: web }] }
---
apiVersion: v1
kind: Pod
metadata: { name: api, namespace: shop, labels: { app: api } }
spec: { containers: [{ name: api, image: api, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: api, namespace: shop }
spec:
  podSelector: { matchLabels: { app: api } }
  ingress:
    - from:
        - podSelector: { matchLabels: { app: cli } }
`
    const { stdout, code } = await run([...ask('web', 'pod/api'), '-f', '-'], { stdin: manifests })
    expect(code).toBe(1)
    expect(stdout).toMatchInlineSnapshot(`
      "DENIED  pod/web -> pod/api:8080
        0 of 1 pod reachable

        egress   allowed: no policy isolates web for egress
        ingress  denied: NetworkPolicy api isolates api; its only rule does not match
                 web
        nearest  NetworkPolicy api ingress[0].from[0]:
                 wants app=cli; web has app=web (-:18:46)
        fix      a new NetworkPolicy allow-web-to-api in namespace shop, as a document
                 for a file:
                 {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"allow-web-to-api","namespace":"shop"},"spec":{"podSelector":{"matchLabels":{"app":"api"}},"policyTypes":["Ingress"],"ingress":[{"from":[{"podSelector":{"matchLabels":{"app":"web"}}}],"ports":[{"protocol":"TCP","port":8080}]}]}}
                 tried on a copy: allowed then
        opens    nothing else

      assuming pods as these manifests would make them
      "
    `)
  })
})

describe('policy --from --to of one workload through its Service', () => {
  it('says of how many pairs each part is, where no name tells them apart', async () => {
    const { stdout } = await run([
      ...['policy', '-n', 'velocitytech-prod', '-f', recording('incident')],
      ...['--from', 'deploy/order-service', '--to', 'svc/order-service'],
    ])
    expect(stdout).toMatch(/^DENIED {2}2 of 4 pairs of pods$/m)
    expect(stdout).not.toMatch(/ $/m)
  })
})

describe('policy --from --to, wrong words', () => {
  it('refuse what has no pod at either end', async () => {
    const { stderr, code } = await run(['policy', '--from', 'world', '--to', 'world:80'])
    expect(stderr).toContain('policies are about pods: --from or --to must be in the cluster')
    expect(code).toBe(2)
  })

  it('are told in one line, and exit with 2', async () => {
    const wrong = await inShop([], 'pod/web', 'svc/api:8080')
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toMatch(/^netdoctor: svc\/api in namespace "shop" offers no port 8080: .*\n$/)
    const absent = await run(['policy', '--from', 'web', '-f', recording('incident')])
    expect(absent).toMatchObject({ code: 2, stdout: '' })
    expect(absent.stderr).toContain('workload "web" does not exist in these files')
  })
})
