import { describe, expect, test } from 'vitest'
import { cluster, daemonSet, namespace, networkPolicy, pod } from './traps/kit.ts'

const container = (image: string, more: Readonly<Record<string, unknown>> = {}) => ({
  name: 'c',
  image,
  ...more,
})
const detect = (...sets: readonly Readonly<Record<string, unknown>>[]) => {
  const { profile, agent } = cluster(sets).world.policies.cni()
  return [profile.name, profile.enforcesPolicies, agent]
}

describe('the network plugin, from DaemonSets', () => {
  test.each([
    ['Cilium', 'kube-system/cilium', 'quay.io/cilium/cilium:v1.18.2@sha256:00', 'cilium', true],
    ['Cilium on GKE', 'kube-system/anetd', 'gke.gcr.io/cilium/cilium:v1', 'cilium', true],
    ['Calico', 'calico-system/calico-node', 'quay.io/calico/node:v3.31.0', 'calico', true],
    [
      'Calico under another name',
      'kube-system/net',
      'registry:5000/rancher/mirrored-calico-node:v3',
      'calico',
      true,
    ],
    ['Antrea', 'kube-system/antrea-agent', 'antrea/antrea-agent-ubuntu:v2.4.0', 'antrea', true],
    ['kube-router', 'kube-system/kube-router', 'cloudnativelabs/kube-router:v2', 'kube-router', true],
    ['OVN-Kubernetes', 'ovn-kubernetes/ovnkube-node', 'x/ovn:1', 'ovn-kubernetes', true],
    [
      'Azure',
      'kube-system/azure-npm',
      'mcr.microsoft.com/containernetworking/azure-npm:v1',
      'azure-npm',
      true,
    ],
    [
      'kindnet before kind v0.24',
      'kube-system/kindnet',
      'docker.io/kindest/kindnetd:v20240513-cd2ac642',
      'kindnet',
      false,
    ],
    [
      'kindnet of kind v0.24',
      'kube-system/kindnet',
      'docker.io/kindest/kindnetd:v20240813-c6f155d6',
      'kindnet',
      true,
    ],
    ['kindnet, another build', 'kube-system/kindnet', 'ghcr.io/aojea/kindnetd:v1.8.0', 'kindnet', true],
    ['flannel alone', 'kube-flannel/kube-flannel-ds', 'ghcr.io/flannel-io/flannel:v0.27.4', 'flannel', false],
  ])('%s', (_, key, image, profile, enforces) => {
    expect(detect(daemonSet(key, [container(image)]))).toEqual([profile, enforces, key])
  })

  test.each([
    ['v1.15.9', false],
    ['v1.16.0', true],
    ['v1.18.2', true],
    ['latest', true],
  ])('Cilium %s honours endPort: %s', (tag, honours) => {
    const { world } = cluster([daemonSet('kube-system/cilium', [container(`quay.io/cilium/cilium:${tag}`)])])
    expect(world.policies.profile.endPortHonoured).toBe(honours)
  })

  test.each([
    [[], true, 'as-kube-router'],
    [['--run-router=true', '--use-nftables-for-netpol'], true, 'as-kube-router-with-nftables'],
    [['--use-nftables-for-netpol=false'], true, 'as-kube-router'],
    [['--run-firewall=false'], false, 'as-kube-router'],
  ])('kube-router with %j', (args, enforces, rulesAre) => {
    const image = 'docker.io/cloudnativelabs/kube-router:v2.11.1'
    const { world } = cluster([daemonSet('kube-system/kube-router', [container(image, { args })])])
    expect(world.policies.profile).toMatchObject({ enforcesPolicies: enforces, rulesAre })
  })

  const k3s = (name: string, args: readonly string[]) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: { 'k3s.io/node-args': JSON.stringify(args) } },
  })

  test('k3s runs kube-router inside itself, unless it was told not to, or another agent is there', () => {
    const server = k3s('s', ['server', '--tls-san', 'x'])
    const found = (...objects: readonly Readonly<Record<string, unknown>>[]) => {
      const { profile, agent, node } = cluster(objects).world.policies.cni()
      return [profile.name, agent, node]
    }
    expect(found(server, k3s('a', ['agent']))).toEqual(['kube-router', undefined, 's'])
    expect(found(k3s('a', ['agent']), k3s('b', ['server', '--disable-network-policy']))).toEqual([
      'neutral',
      undefined,
      undefined,
    ])
    const cilium = daemonSet('kube-system/cilium', [container('quay.io/cilium/cilium:v1.18.2')])
    expect(found(server, cilium)).toEqual(['cilium', 'kube-system/cilium', undefined])
  })

  test('nothing is proven by agents that are not there, or only sound alike', () => {
    expect(detect()).toEqual(['neutral', true, undefined])
    const alike = daemonSet('shop/cilium-dashboard', [container('shop/cilium-dashboard:1')])
    expect(detect(alike)).toEqual(['neutral', true, undefined])
  })

  test('who enforces comes before who only connects', () => {
    const flannel = daemonSet('kube-flannel/kube-flannel-ds', [
      container('ghcr.io/flannel-io/flannel:v0.27.4'),
    ])
    const router = daemonSet('kube-system/netpol', [container('docker.io/cloudnativelabs/kube-router:v2')])
    expect(detect(flannel, router)).toEqual(['kube-router', true, 'kube-system/netpol'])
    const canal = daemonSet('kube-system/canal', [
      container('docker.io/calico/node:v3.31.0'),
      container('ghcr.io/flannel-io/flannel:v0.27.4'),
    ])
    expect(detect(canal)).toEqual(['calico', true, 'kube-system/canal'])
    const withPolicies = daemonSet('kube-flannel/kube-flannel-ds', [
      container('ghcr.io/flannel-io/flannel:v0.27.4'),
      container('registry.k8s.io/networking/kube-network-policies:v1.0.0'),
    ])
    expect(detect(withPolicies)).toEqual(['kube-network-policies', true, 'kube-flannel/kube-flannel-ds'])
  })

  test.each([
    ['without the agent', [], false],
    ['with it switched off', [{ name: 'aws-eks-nodeagent', args: ['--enable-network-policy=false'] }], false],
    ['with it switched on', [{ name: 'aws-eks-nodeagent', args: ['--enable-network-policy=true'] }], true],
  ])('aws-node %s', (_, agents, enforces) => {
    const set = daemonSet('kube-system/aws-node', [container('x/amazon-k8s-cni:v1.20.0'), ...agents])
    expect(detect(set)).toEqual(['aws-vpc-cni', enforces, 'kube-system/aws-node'])
  })
})

test('a plugin that does not enforce changes no verdict; it is said', () => {
  const objects = [
    namespace('shop'),
    pod('shop/web', { ips: ['10.0.0.1'] }),
    pod('shop/db', { labels: { app: 'db' }, ips: ['10.0.0.2'] }),
    networkPolicy('shop/p', { podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Ingress'] }),
    daemonSet('kube-flannel/kube-flannel-ds', [container('ghcr.io/flannel-io/flannel:v0.27.4')]),
  ]
  const { ask } = cluster(objects)
  expect(ask('shop/web -> shop/db TCP/1')).toMatchObject({ outcome: 'fails', caveats: ['not-enforced'] })
  expect(ask('shop/db -> shop/web TCP/1')).toMatchObject({ outcome: 'passes', caveats: [] })
})
