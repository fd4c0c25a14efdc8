import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addresses, apiServerUrl, workers } from './addresses.ts'
import { runPaths } from './paths.ts'
import { run } from './run.ts'

const validDays = '30'

/** The files of a key pair in the cluster's PKI folder. */
export const certificate = (name: string): string => join(runPaths.pki, `${name}.crt`)
export const privateKey = (name: string): string => join(runPaths.pki, `${name}.key`)
export const publicKey = (name: string): string => join(runPaths.pki, `${name}.pub`)

/** A certificate to be issued: `subject` as openssl writes it (`/O=group/CN=user`). */
interface Request {
  readonly name: string
  readonly subject: string
  readonly usage: 'serverAuth' | 'clientAuth'
  readonly authority?: 'ca' | 'front-proxy-ca'
  readonly alternativeNames?: readonly string[]
}

/** The users of the control plane and of the nodes: certificate name -> subject. A kubeconfig is written for each. */
const users: Readonly<Record<string, string>> = {
  admin: '/O=system:masters/CN=test-admin',
  'kube-controller-manager': '/CN=system:kube-controller-manager',
  'kube-scheduler': '/CN=system:kube-scheduler',
  'kube-proxy': '/CN=system:kube-proxy',
  'kube-router': '/CN=kube-router',
  ...Object.fromEntries(workers.map(({ name }) => [name, `/O=system:nodes/CN=system:node:${name}`])),
}

const apiServerNames = [
  `IP:${addresses.controlPlane}`,
  `IP:${addresses.apiServiceIp}`,
  'IP:127.0.0.1',
  ...['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'].map((name) => `DNS:${name}`),
  'DNS:kubernetes.default.svc.cluster.local',
]

const requests: readonly Request[] = [
  { name: 'apiserver', subject: '/CN=kube-apiserver', usage: 'serverAuth', alternativeNames: apiServerNames },
  {
    name: 'apiserver-kubelet',
    subject: '/O=system:masters/CN=kube-apiserver-kubelet-client',
    usage: 'clientAuth',
  },
  {
    name: 'front-proxy',
    subject: '/CN=front-proxy-client',
    usage: 'clientAuth',
    authority: 'front-proxy-ca',
  },
  ...Object.entries(users).map(([name, subject]): Request => ({ name, subject, usage: 'clientAuth' })),
  ...workers.map(
    ({ name, address }): Request => ({
      name: `kubelet-${name}`,
      subject: `/CN=${name}`,
      usage: 'serverAuth',
      alternativeNames: [`IP:${address}`, `DNS:${name}`],
    }),
  ),
]

/** Makes the authorities, certificates and kubeconfigs of a new cluster. */
export async function makeCertificates(): Promise<void> {
  await mkdir(runPaths.pki, { recursive: true, mode: 0o700 })
  await makeAuthority('ca', 'test-cluster-ca')
  await makeAuthority('front-proxy-ca', 'test-cluster-front-proxy-ca')
  await makeServiceAccountKeys()
  await Promise.all(requests.map(issue))
  for (const user of Object.keys(users)) await writeKubeconfig(user)
}

async function openssl(...args: string[]): Promise<void> {
  await run(['openssl', ...args])
}

async function newKey(name: string): Promise<void> {
  await openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', privateKey(name))
}

async function makeAuthority(name: string, commonName: string): Promise<void> {
  await newKey(name)
  const extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,digitalSignature']
  await openssl(
    ...['req', '-x509', '-new', '-key', privateKey(name), '-subj', `/CN=${commonName}`, '-days', validDays],
    ...extensions.flatMap((extension) => ['-addext', extension]),
    ...['-out', certificate(name)],
  )
}

async function makeServiceAccountKeys(): Promise<void> {
  await newKey('service-accounts')
  await openssl('ec', '-in', privateKey('service-accounts'), '-pubout', '-out', publicKey('service-accounts'))
}

async function issue({
  name,
  subject,
  usage,
  authority = 'ca',
  alternativeNames = [],
}: Request): Promise<void> {
  await newKey(name)
  const request = join(runPaths.pki, `${name}.csr`)
  const extensions = join(runPaths.pki, `${name}.ext`)
  await openssl('req', '-new', '-key', privateKey(name), '-subj', subject, '-out', request)
  await writeFile(extensions, `keyUsage=critical,digitalSignature\nextendedKeyUsage=${usage}\n`)
  if (alternativeNames.length > 0)
    await appendFile(extensions, `subjectAltName=${alternativeNames.join(',')}\n`)
  const serial = `0x${Buffer.from(name).toString('hex').slice(0, 38)}`
  await openssl(
    ...['x509', '-req', '-in', request, '-CA', certificate(authority), '-CAkey', privateKey(authority)],
    ...['-set_serial', serial, '-days', validDays, '-extfile', extensions, '-out', certificate(name)],
  )
}

/** JSON is YAML: kubeconfigs and component configurations are written as JSON. */
async function writeKubeconfig(user: string): Promise<void> {
  const base64 = (file: string) => readFile(file, 'base64')
  const cluster = { server: apiServerUrl, 'certificate-authority-data': await base64(certificate('ca')) }
  const credentials = {
    'client-certificate-data': await base64(certificate(user)),
    'client-key-data': await base64(privateKey(user)),
  }
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'netdoctor-test', cluster }],
    users: [{ name: user, user: credentials }],
    contexts: [
      { name: 'netdoctor-test', context: { cluster: 'netdoctor-test', user, namespace: 'default' } },
    ],
    'current-context': 'netdoctor-test',
  }
  await writeFile(runPaths.kubeconfig(user), `${JSON.stringify(kubeconfig, null, 2)}\n`, { mode: 0o600 })
}
