/** Programs that the cluster runs or its images are made of, with the Debian package that brings each. */
export const programPackages: Readonly<Record<string, string>> = {
  bash: 'bash',
  busybox: 'busybox-static',
  conntrack: 'conntrack',
  containerd: 'containerd',
  curl: 'curl',
  dig: 'bind9-dnsutils',
  etcd: 'etcd-server',
  gcc: 'gcc',
  host: 'bind9-host',
  ip: 'iproute2',
  ipset: 'ipset',
  iptables: 'iptables',
  jq: 'jq',
  nc: 'netcat-openbsd',
  nft: 'nftables',
  nginx: 'nginx-light',
  nsenter: 'util-linux',
  openssl: 'openssl',
  ping: 'iputils-ping',
  runc: 'runc',
  socat: 'socat',
  sysctl: 'procps',
  tcpdump: 'tcpdump',
  traceroute: 'traceroute',
}

/** Packages of which no program is called by name. */
const otherPackages = ['containernetworking-plugins', 'libc6-dev']

/** Everything that Debian has for the cluster; Go is newer than Debian's. */
export const debianPackages: readonly string[] = [...Object.values(programPackages), ...otherPackages].sort()
