import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority of the tests, and what it has signed. All PEM. */
export interface Certificates {
  readonly ca: string
  readonly server: { readonly cert: string; readonly key: string }
  readonly client: { readonly cert: string; readonly key: string }
}

/** Makes a new authority with a server certificate for 127.0.0.1 and api.test, and a client certificate, by openssl. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'netdoctor-certificates-'))
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'pipe' })
  }
  const key = (name: string): string[] => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    at(name),
  ]
  const sign = (name: string, subject: string, extension: string): { cert: string; key: string } => {
    writeFileSync(at(`${name}.ext`), extension)
    openssl('req', ...key(`${name}.key`), '-subj', subject, '-out', at(`${name}.csr`))
    openssl(
      'x509',
      '-req',
      '-in',
      at(`${name}.csr`),
      '-CA',
      at('ca.crt'),
      '-CAkey',
      at('ca.key'),
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      at(`${name}.ext`),
      '-out',
      at(`${name}.crt`),
    )
    return { cert: readFileSync(at(`${name}.crt`), 'utf8'), key: readFileSync(at(`${name}.key`), 'utf8') }
  }
  try {
    openssl(
      'req',
      '-x509',
      ...key('ca.key'),
      '-days',
      '2',
      '-subj',
      '/CN=test authority',
      '-out',
      at('ca.crt'),
    )
    return {
      ca: readFileSync(at('ca.crt'), 'utf8'),
      server: sign('server', '/CN=apiserver', 'subjectAltName=IP:127.0.0.1,DNS:api.test'),
      client: sign('client', '/O=testers/CN=jane', 'extendedKeyUsage=clientAuth'),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
