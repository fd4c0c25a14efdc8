import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addresses } from './addresses.ts'
import { certificate, privateKey, publicKey } from './certificates.ts'
import { type Machine, startDaemon } from './machine.ts'
import { runDir, runPaths } from './paths.ts'
import type { Programs } from './programs.ts'

const etcdUrl = 'http://127.0.0.1:2379'
const auditPolicyFile = join(runDir, 'audit-policy.json')

/** What the components of the cluster do by themselves is left out, so that the log shows what the tests did. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'] },
    {
      level: 'None',
      users: [
        ...[
          'system:apiserver',
          'system:kube-scheduler',
          'system:kube-controller-manager',
          'system:kube-proxy',
        ],
        'kube-router',
      ],
    },
    { level: 'Metadata' },
  ],
}

/** Starts etcd and the API server. */
export async function startApiServer(machine: Machine, programs: Programs): Promise<void> {
  await mkdir(runPaths.etcd, { recursive: true, mode: 0o700 })
  await writeFile(auditPolicyFile, JSON.stringify(auditPolicy))
  await startDaemon(machine, 'etcd', [
    'etcd',
    ...flags({
      name: 'test',
      'data-dir': runPaths.etcd,
      logger: 'zap',
      'log-level': 'warn',
      'listen-client-urls': etcdUrl,
      'advertise-client-urls': etcdUrl,
      'listen-peer-urls': 'http://127.0.0.1:2380',
    }),
  ])
  await startApiServerAlone(machine, programs)
}

/** Starts the API server beside an etcd that runs. */
export async function startApiServerAlone(
  machine: Machine,
  programs: Pick<Programs, 'kubernetes'>,
): Promise<void> {
  await startDaemon(machine, 'kube-apiserver', [
    programs.kubernetes('kube-apiserver'),
    ...flags(apiServerFlags),
  ])
}

/** Starts the controller manager and the scheduler. */
export async function startControllers(machine: Machine, programs: Programs): Promise<void> {
  await startDaemon(machine, 'kube-controller-manager', [
    programs.kubernetes('kube-controller-manager'),
    ...flags({
      ...kubeconfigFlags('kube-controller-manager'),
      'leader-elect': 'false',
      'use-service-account-credentials': 'true',
      'service-account-private-key-file': privateKey('service-accounts'),
      'root-ca-file': certificate('ca'),
      'cluster-signing-cert-file': certificate('ca'),
      'cluster-signing-key-file': privateKey('ca'),
      'allocate-node-cidrs': 'true',
      'cluster-cidr': addresses.podCidr,
      'service-cluster-ip-range': addresses.serviceCidr,
    }),
  ])
  await startDaemon(machine, 'kube-scheduler', [
    programs.kubernetes('kube-scheduler'),
    ...flags({ ...kubeconfigFlags('kube-scheduler'), 'leader-elect': 'false' }),
  ])
}

/** `{name: value}` as `--name=value`. */
export function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`)
}

function kubeconfigFlags(user: string): Record<string, string> {
  const file = runPaths.kubeconfig(user)
  return { kubeconfig: file, 'authentication-kubeconfig': file, 'authorization-kubeconfig': file }
}

const apiServerFlags = {
  'advertise-address': addresses.controlPlane,
  'bind-address': '0.0.0.0',
  'secure-port': '6443',
  'etcd-servers': etcdUrl,
  'service-cluster-ip-range': addresses.serviceCidr,
  'allow-privileged': 'true',
  'authorization-mode': 'Node,RBAC',
  'enable-admission-plugins': 'NodeRestriction',
  // There is no kube-proxy beside the API server: it reaches webhooks and aggregated APIs by their pods' addresses.
  'enable-aggregator-routing': 'true',
  'client-ca-file': certificate('ca'),
  'tls-cert-file': certificate('apiserver'),
  'tls-private-key-file': privateKey('apiserver'),
  'kubelet-certificate-authority': certificate('ca'),
  'kubelet-client-certificate': certificate('apiserver-kubelet'),
  'kubelet-client-key': privateKey('apiserver-kubelet'),
  'kubelet-preferred-address-types': 'InternalIP',
  'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
  'service-account-signing-key-file': privateKey('service-accounts'),
  'service-account-key-file': publicKey('service-accounts'),
  'requestheader-client-ca-file': certificate('front-proxy-ca'),
  'requestheader-allowed-names': 'front-proxy-client',
  'requestheader-username-headers': 'X-Remote-User',
  'requestheader-group-headers': 'X-Remote-Group',
  'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
  'proxy-client-cert-file': certificate('front-proxy'),
  'proxy-client-key-file': privateKey('front-proxy'),
  'audit-policy-file': auditPolicyFile,
  'audit-log-path': join(runPaths.logs, 'audit.log'),
}
