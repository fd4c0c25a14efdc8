import { pauseVersion } from '../build/binaries.ts'
import { addresses, registryUrl, type Worker } from './addresses.ts'
import { certificate, privateKey } from './certificates.ts'
import { cgroupRoot } from './cgroups.ts'
import type { ClusterOptions } from './options.ts'
import { runPaths } from './paths.ts'

/** Where containerd listens, inside the node. */
export const containerdSocket = '/run/containerd/containerd.sock'

/** Every image name is looked up in the cluster's own registry, whatever registry it names. */
export const registryHosts = `server = "${registryUrl}"
[host."${registryUrl}"]
  capabilities = ["pull", "resolve"]
`

/** containerd for a node without CAP_SYS_RESOURCE and with private /run and /var/lib. */
export function containerdConfiguration(cniDir: string, registryDir: string): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
]
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:${pauseVersion}"
  tolerate_missing_hugetlb_controller = true
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cniDir}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${registryDir}"
`
}

/** kubelet: a node that is never short of anything, for every node reports the whole machine's size. */
export function kubeletConfiguration({ name }: Worker): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificate('ca') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: certificate(`kubelet-${name}`),
    tlsPrivateKeyFile: privateKey(`kubelet-${name}`),
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroupRoot(name),
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    clusterDNS: [addresses.dnsServiceIp],
    clusterDomain: 'cluster.local',
    volumePluginDir: '/var/lib/kubelet/volumeplugins',
    serializeImagePulls: false,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageMinimumGCAge: '24h',
  }
}

/** kube-proxy: it leaves connection tracking, a setting of the whole machine, as it is. */
export function kubeProxyConfiguration({ name }: Worker, { proxy }: ClusterOptions): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: proxy,
    clusterCIDR: addresses.podCidr,
    hostnameOverride: name,
    clientConnection: { kubeconfig: runPaths.kubeconfig('kube-proxy') },
    oomScoreAdj: 0,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  }
}

/** CNI: pods of a node share a bridge; the network plugin masquerades nothing. `only` is the one address to give out. */
export function cniConfiguration(podCidr: string, only?: string): object {
  const range = { subnet: podCidr, ...(only !== undefined && { rangeStart: only, rangeEnd: only }) }
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        isDefaultGateway: true,
        hairpinMode: true,
        ipMasq: false,
        ipam: { type: 'host-local', ranges: [[range]] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
}
