import { type Address, inRange, parseRange } from '../inventory/address.ts'

/** Addresses that are nobody's peer (Z33): no pod, Service or machine of another place has them. */
const noPeers = [
  '0.0.0.0/8',
  '169.254.0.0/16', // link-local, with the metadata service
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, with broadcast and masks
  '192.0.2.0/24', // documentation, RFC 5737
  '198.51.100.0/24',
  '203.0.113.0/24',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  '2001:db8::/32', // documentation, RFC 3849
].flatMap((cidr) => parseRange(cidr) ?? [])

/** Where IPv6 peers live: global unicast and unique local. Elsewhere `a::b` is more likely code than an address. */
const ipv6Peers = ['2000::/3', 'fc00::/7', '::1/128'].flatMap((cidr) => parseRange(cidr) ?? [])

/** Whether an address that is written somewhere can be that of a peer. Loopback can: the pod itself. */
export function canBePeer(address: Address): boolean {
  if (noPeers.some((range) => inRange(address, range))) return false
  return address.bits === 32 || ipv6Peers.some((range) => inRange(address, range))
}

/** Hosts of addresses that only name something: XML namespaces, JSON schemas, vocabularies. */
const namingHosts = new Set(
  (
    'www.w3.org schemas.xmlsoap.org json-schema.org schemas.microsoft.com www.springframework.org java.sun.com xmlns.jcp.org ' +
    'jakarta.ee purl.org schema.org maven.apache.org xml.apache.org www.thymeleaf.org hibernate.org www.hibernate.org'
  ).split(' '),
)

/** Whether a URL with this host is the name of a thing, which nobody dials. */
export function onlyNames(host: string): boolean {
  return namingHosts.has(host)
}

/** URL schemes whose authority is no host: files, buckets, images, identities, names of a discovery service. */
const hostlessSchemes = new Set(
  (
    'file unix npipe data jar classpath s3 s3a s3n gs wasb wasbs abfs abfss docker docker-daemon oci oci-layout containerd ' +
    'dir mem memory inmem inmemory noop stdout stderr null spiffe vault ssm sm secret secrets awssm gcpsm keyvault lb ' +
    'eureka consul discovery xds about chrome-extension android-app urn tag cid mailto arn k8s secretsmanager pkcs11'
  ).split(' '),
)

export function hasNoHost(scheme: string): boolean {
  return hostlessSchemes.has(scheme)
}

/** Last labels of file names: `main.go:12` is a place in a file, `app.yaml` a file. */
const fileExtensions = new Set(
  (
    'go js mjs cjs ts tsx jsx py rb java kt scala c cc cpp h hpp rs sh bash yaml yml json toml xml conf cfg cnf ini properties txt ' +
    'log md html htm css lua php sql pem crt cer key pub csv tmpl tpl template env jar war lock sock pid so db sqlite gz tgz tar ' +
    'zip bak out err dat bin proto wasm svg png jpg gif map p12 pfx jks keystore class exe service socket rules'
  ).split(' '),
)

export function isFileName(name: string): boolean {
  const dot = name.lastIndexOf('.')
  return dot !== -1 && fileExtensions.has(name.slice(dot + 1).toLowerCase())
}

/** Words that stand where an address could, and are a setting. */
const settings = new Set(
  (
    'true false yes no on off none null nil undefined default auto automatic enabled disabled production prod development dev ' +
    'staging stage test testing local all any self host server client debug info warn error trace standalone cluster internal ' +
    'external public private primary secondary master slave leader follower main gunicorn uvicorn hypercorn daphne puma unicorn ' +
    'nginx apache tomcat jetty undertow netty embedded in-memory memory changeme example placeholder todo tbd empty unset'
  ).split(' '),
)

export function isSetting(word: string): boolean {
  return settings.has(word)
}

/** Ports below 1024 that services really use; `redis:7` and `app:1000` are an image and a user with its group. */
const lowPorts = new Set([
  21, 22, 23, 25, 53, 69, 80, 81, 82, 83, 84, 88, 110, 111, 123, 143, 161, 179, 389, 443, 444, 445, 465, 514,
  554, 587, 631, 636, 853, 873, 990, 993, 995,
])

/** Whether `name:number` outside of a URL can be a host and its port, rather than a tag, a user id or a ratio. */
export function isPlausiblePort(port: number): boolean {
  return port >= 1024 || lowPorts.has(port)
}

/** Keys of a ConfigMap whose text holds links, certificates or pages, and no setting. */
export function holdsNoSettings(key: string, text: string): boolean {
  const extension = key.slice(key.lastIndexOf('.') + 1).toLowerCase()
  if (key.includes('.') && pageExtensions.has(extension)) return true
  const start = text.slice(0, 100).trimStart().toLowerCase()
  return start.startsWith('<!doctype html') || start.startsWith('<html') || start.startsWith('-----begin ')
}

const pageExtensions = new Set(
  'html htm css md rst adoc svg xsd dtd xsl crt cer pem key pub sql map lua license tmpl'.split(' '),
)
