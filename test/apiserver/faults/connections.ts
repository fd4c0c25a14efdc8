import { makeCertificates } from '../certificates.ts'
import { onList } from '../handlers.ts'
import { base64 } from '../kubeconfig-files.ts'
import { startProxy } from '../proxy.ts'
import { startSocksProxy } from '../socks-server.ts'
import { type Fault, gap, right } from './fault.ts'

const login = { status: 302, headers: { location: 'https://login.example/start?state=s3cr3t' } }

const throughProxy = (proxyUrl: string) => ({ proxyUrl })

export const certificateFaults: readonly Fault[] = [
  {
    name: 'a certificate of another authority',
    arrange: () => ({
      session: { cluster: { 'certificate-authority-data': base64(makeCertificates().ca) } },
    }),
    end: { is: 'error', code: 'TLS_UNTRUSTED', message: /check certificate-authority/ },
  },
  {
    name: 'a certificate for another name',
    arrange: () => ({ session: { flags: { tlsServerName: 'elsewhere' } } }),
    end: { is: 'error', code: 'TLS_NAME', message: /--tls-server-name/ },
  },
]

export const redirectFaults: readonly Fault[] = [
  {
    name: 'a redirect of everything, which is not followed and whose query is not printed',
    arrange: () => ({ handlers: [() => login] }),
    end: {
      is: 'error',
      code: 'NOT_KUBERNETES',
      message: /a redirect to https:\/\/login\.example\/start, which is not followed/,
    },
  },
  {
    name: 'a redirect of one list',
    arrange: () => ({ handlers: [onList('EndpointSlice', () => login)] }),
    end: gap({
      kind: 'EndpointSlice',
      why: 'failed',
      detail: 'the server answered 302: a redirect to https://login.example/start, which is not followed',
    }),
  },
]

export const proxyFaults: readonly Fault[] = [
  {
    name: 'a proxy in between',
    arrange: async () => {
      const { address } = await startProxy()
      return { session: throughProxy(`http://${address}`) }
    },
    end: right,
  },
  {
    name: 'a proxy in between, and HTTP/2 behind it',
    arrange: async () => {
      const { address } = await startProxy()
      return { protocol: 'h2', session: throughProxy(`http://${address}`) }
    },
    end: right,
  },
  {
    name: 'a proxy that speaks TLS',
    arrange: async (_store, certificates) => {
      const { address } = await startProxy({ certificates })
      return { session: throughProxy(`https://${address}`) }
    },
    end: right,
  },
  {
    name: 'a proxy that speaks TLS with a certificate of another authority',
    arrange: async () => {
      const { address } = await startProxy({ certificates: makeCertificates() })
      return { session: throughProxy(`https://${address}`) }
    },
    end: {
      is: 'error',
      code: 'PROXY_UNREACHABLE',
      message: /^the proxy https:.* shows a certificate of another authority/,
    },
  },
  {
    name: 'a proxy that wants a password',
    arrange: async () => {
      const { address } = await startProxy({ login: 'jane:p@ss' })
      return { session: throughProxy(`http://jane:p%40ss@${address}`) }
    },
    end: right,
  },
  {
    name: 'a proxy that speaks SOCKS5',
    arrange: async () => {
      const { address } = await startSocksProxy()
      return { session: throughProxy(`socks5://${address}`) }
    },
    end: right,
  },
  {
    name: 'a proxy that speaks SOCKS5 and wants a password',
    arrange: async () => {
      const { address } = await startSocksProxy({ login: ['jane', 'p@ss'] })
      return { session: throughProxy(`socks5://jane:p%40ss@${address}`) }
    },
    end: right,
  },
  {
    name: 'a proxy that got no password',
    arrange: async () => {
      const { address } = await startProxy({ login: 'jane:s3cr3t' })
      return { session: throughProxy(`http://${address}`) }
    },
    end: { is: 'error', code: 'PROXY_REFUSED', message: /wants a user name and password \(407\)/ },
  },
  {
    name: 'a proxy that got a wrong password',
    arrange: async () => {
      const { address } = await startProxy({ login: 'jane:right' })
      return { session: throughProxy(`http://jane:s3cr3t@${address}`) }
    },
    end: {
      is: 'error',
      code: 'PROXY_REFUSED',
      message: /^the proxy http:\/\/127\.0\.0\.1:\d+ \(proxy-url of the kubeconfig\) rejected the user name/,
    },
  },
  {
    name: 'a proxy that refuses',
    arrange: async () => {
      const { address } = await startProxy({ refuses: 403 })
      return { session: throughProxy(`http://${address}`) }
    },
    end: { is: 'error', code: 'PROXY_REFUSED', message: /refused the way to the API server \(403\)/ },
  },
  {
    name: 'a SOCKS5 proxy that refuses',
    arrange: async () => {
      const { address } = await startSocksProxy({ refuses: 2 })
      return { session: throughProxy(`socks5://${address}`) }
    },
    end: { is: 'error', code: 'PROXY_REFUSED', message: /does not permit the way/ },
  },
  {
    name: 'a proxy that does not run',
    arrange: () => ({ session: throughProxy('http://jane:s3cr3t@127.0.0.1:1') }),
    end: {
      is: 'error',
      code: 'PROXY_UNREACHABLE',
      message: /^the proxy http:\/\/127\.0\.0\.1:1 .* refused the connection: check that it runs/,
    },
  },
  {
    name: 'a proxy whose name does not resolve',
    arrange: () => ({ session: throughProxy('http://proxy.invalid:3128') }),
    end: { is: 'error', code: 'PROXY_UNREACHABLE', message: /has a host name that does not resolve/ },
  },
  {
    name: 'a proxy that speaks another language than its address says',
    arrange: async () => {
      const { address } = await startProxy()
      return { session: throughProxy(`socks5://${address}`) }
    },
    end: { is: 'error', code: 'PROXY_REFUSED', message: /does not speak SOCKS5|closed the connection/ },
  },
]
