import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Asked, readAsked } from '../../../src/diagnosis/what/asked.ts'
import type { Named } from '../../../src/diagnosis/what/message-addresses.ts'

const name = ({ host, port }: Named): string => (port === undefined ? host : `${host}:${port}`)

function text(asked: Asked | undefined): string {
  if (asked === undefined) return 'nothing'
  const { target, seen, resolved, local, server } = asked
  return [
    name(target),
    seen ?? '',
    resolved === undefined ? '' : `became ${name(resolved)}`,
    local === undefined ? '' : `from ${name(local)}`,
    server === undefined ? '' : `asking ${name(server)}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

test.each([
  ['10.244.1.15:5432', '10.244.1.15:5432'],
  ['[fd00::1]:80', 'fd00::1:80'],
  ['fd00::1', 'fd00::1'],
  ['postgres-service', 'postgres-service'],
  [
    'postgres-service.velocitytech-prod.svc.cluster.local:5432',
    'postgres-service.velocitytech-prod.svc.cluster.local:5432',
  ],
  ['http://auth-service/health', 'auth-service:80'],
  ['svc/auth-service', 'auth-service'],
  ['169.254.169.254', '169.254.169.254'],
  ['dial tcp 10.244.1.15:5432: i/o timeout', '10.244.1.15:5432 timeout'],
  ['dial tcp 10.96.254.245:80: connect: connection refused', '10.96.254.245:80 refused'],
  [
    'Get "http://auth-service:80/health": dial tcp 10.96.254.245:80: connect: connection refused',
    'auth-service:80 refused became 10.96.254.245:80',
  ],
  [
    'Get "http://auth-service/": dial tcp: lookup auth-service on 10.96.0.10:53: no such host',
    'auth-service:80 nxdomain asking 10.96.0.10:53',
  ],
  ['dial tcp: lookup auth-service: no such host', 'auth-service nxdomain'],
  [
    'dial tcp: lookup auth-service on 10.96.0.10:53: read udp 10.244.2.7:43210->10.96.0.10:53: i/o timeout',
    'auth-service lookup-timeout from 10.244.2.7:43210 asking 10.96.0.10:53',
  ],
  [
    'lookup postgres.prod.svc.cluster.local on 10.96.0.10:53: server misbehaving',
    'postgres.prod.svc.cluster.local servfail asking 10.96.0.10:53',
  ],
  [
    'read tcp 10.244.2.7:43210->10.244.1.15:5432: read: connection reset by peer',
    '10.244.1.15:5432 reset from 10.244.2.7:43210',
  ],
  ['dial tcp [fd00:10:244::5]:8080: connect: no route to host', 'fd00:10:244::5:8080 unreachable'],
  [
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.96.1.1:50051: connect: connection refused"',
    '10.96.1.1:50051 refused',
  ],
  ['java.net.UnknownHostException: postgres-service: Name or service not known', 'postgres-service nxdomain'],
  ['java.net.UnknownHostException: postgres-service', 'postgres-service nxdomain'],
  [
    'Caused by: java.net.ConnectException: Failed to connect to auth-service/10.96.254.245:80',
    'auth-service:80 became 10.96.254.245:80',
  ],
  [
    'io.netty.channel.AbstractChannel$AnnotatedConnectException: Connection refused: auth-service/10.96.254.245:80',
    'auth-service:80 refused became 10.96.254.245:80',
  ],
  [
    'org.postgresql.util.PSQLException: Connection to pg:5432 refused. Check that the hostname and port are correct',
    'pg:5432 refused',
  ],
  [
    'java.net.ConnectException: Connection timed out (Connection timed out) at 10.244.1.15:5432',
    '10.244.1.15:5432 timeout',
  ],
  ['Error: connect ECONNREFUSED 10.96.254.245:80', '10.96.254.245:80 refused'],
  ['Error: getaddrinfo ENOTFOUND postgres-service', 'postgres-service nxdomain'],
  ['getaddrinfo EAI_AGAIN postgres-service postgres-service:5432', 'postgres-service servfail'],
  ['Error: connect ETIMEDOUT 10.244.1.15:5432', '10.244.1.15:5432 timeout'],
  [
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='auth-service', port=80): Max retries exceeded with url: /health (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused'))",
    'auth-service:80 refused',
  ],
  [
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='auth', port=80): Max retries exceeded with url: / (Caused by NameResolutionError(\"<urllib3.connection.HTTPConnection object at 0x7f>: Failed to resolve 'auth' ([Errno -2] Name or service not known)\"))",
    'auth:80 nxdomain',
  ],
  [
    'psycopg2.OperationalError: could not translate host name "pg" to address: Name or service not known',
    'pg nxdomain',
  ],
  [
    'psycopg2.OperationalError: connection to server at "10.244.1.15", port 5432 failed: timeout expired',
    '10.244.1.15:5432 timeout',
  ],
  [
    'psql: error: connection to server at "pg" (10.96.3.4), port 5432 failed: Connection refused Is the server running on that host and accepting TCP/IP connections?',
    'pg:5432 refused became 10.96.3.4:5432',
  ],
  [
    'could not connect to server: Connection refused Is the server running on host "pg" (10.96.1.1) and accepting TCP/IP connections on port 5432?',
    'pg:5432 refused became 10.96.1.1:5432',
  ],
  [
    'redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.',
    'redis:6379 refused',
  ],
  [
    'redis.exceptions.ConnectionError: Error -2 connecting to redis:6379. Name or service not known.',
    'redis:6379 nxdomain',
  ],
  ['Could not connect to Redis at redis:6379: Connection refused', 'redis:6379 refused'],
  ['Could not connect to Redis at redis:6379: Name or service not known', 'redis:6379 nxdomain'],
  ['curl: (6) Could not resolve host: auth-service', 'auth-service nxdomain'],
  [
    'curl: (7) Failed to connect to auth-service port 80 after 2 ms: Connection refused',
    'auth-service:80 refused',
  ],
  [
    "curl: (7) Failed to connect to auth-service port 80 after 2 ms: Couldn't connect to server",
    'auth-service:80',
  ],
  [
    'curl: (28) Failed to connect to 10.244.1.15 port 5432 after 129 ms: Operation timed out',
    '10.244.1.15:5432 timeout',
  ],
  ['curl: (28) Connection timed out after 5001 milliseconds', 'nothing'],
  ['curl: (56) Recv failure: Connection reset by peer', 'nothing'],
  ["wget: bad address 'auth-service'", 'auth-service nxdomain'],
  ["wget: bad address 'auth-service:80'", 'auth-service:80 nxdomain'],
  ["wget: can't connect to remote host (10.96.254.245): Connection refused", '10.96.254.245 refused'],
  ["nc: bad address 'db'", 'db nxdomain'],
  [
    'nc: connect to db (10.96.1.2) port 5432 (tcp) failed: Connection refused',
    'db:5432 refused became 10.96.1.2:5432',
  ],
  [
    "** server can't find auth-service.velocitytech-prod.svc.cluster.local: NXDOMAIN",
    'auth-service.velocitytech-prod.svc.cluster.local nxdomain',
  ],
  [';; connection timed out; no servers could be reached', 'nothing'],
  [
    '2024/01/01 10:00:00 [error] 31#31: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.244.0.1, server: _, request: "GET / HTTP/1.1", upstream: "http://10.244.1.5:80/", host: "shop.example.com"',
    '10.244.1.5:80 refused',
  ],
  [
    '2024/01/01 10:00:00 [error] 31#31: *1 upstream timed out (110: Connection timed out) while connecting to upstream, client: 10.244.0.1, server: _, request: "GET / HTTP/1.1", upstream: "http://10.244.1.5:80/", host: "shop.example.com"',
    '10.244.1.5:80 timeout',
  ],
  [
    'nginx: [emerg] host not found in upstream "auth-service" in /etc/nginx/conf.d/default.conf:3',
    'auth-service nxdomain',
  ],
  ['[error] 31#31: *1 auth-service could not be resolved (3: Host not found)', 'auth-service nxdomain'],
  ["ERROR 2003 (HY000): Can't connect to MySQL server on 'mysql:3306' (111)", 'mysql:3306 refused'],
  ["ERROR 2003 (HY000): Can't connect to MySQL server on 'mysql' (110)", 'mysql timeout'],
  ["ERROR 2005 (HY000): Unknown MySQL server host 'mysql' (-2)", 'mysql nxdomain'],
  [
    '[Consumer clientId=x] Connection to node -1 (k1/10.96.1.2:9092) could not be established. Broker may not be available.',
    'k1:9092 became 10.96.1.2:9092',
  ],
  [
    "Couldn't resolve server k1:9092 from bootstrap.servers as DNS resolution failed for k1",
    'k1:9092 nxdomain',
  ],
  ['MongoServerSelectionError: connect ECONNREFUSED 10.96.1.7:27017', '10.96.1.7:27017 refused'],
  ['http: server gave HTTP response to HTTPS client', 'nothing'],
  [
    'Get "https://auth-service:80/": http: server gave HTTP response to HTTPS client',
    'auth-service:80 not-tls',
  ],
  ['upstream connect error or disconnect/reset before headers. reset reason: connection timeout', 'nothing'],
  [
    'Readiness probe failed: Get "http://10.244.1.15:8080/healthz": dial tcp 10.244.1.15:8080: connect: connection refused',
    '10.244.1.15:8080 refused',
  ],
  ['connect: connection refused', 'nothing'],
  [
    'panic: failed to connect to host=pg user=app database=x: dial error (dial tcp 10.96.2.3:5432: connect: connection refused)',
    '10.96.2.3:5432 refused',
  ],
  ['FATAL: could not connect to redis://:secret@redis:6379/0: i/o timeout', 'redis:6379 timeout'],
  [
    'level=error msg="failed to reach db" addr=10.244.1.15:5432 err="i/o timeout"',
    '10.244.1.15:5432 timeout',
  ],
  [
    '{"level":"error","error":"dial tcp 10.244.1.15:5432: i/o timeout","time":"2024-01-01T10:00:00Z"}',
    '10.244.1.15:5432 timeout',
  ],
])('%s', (line, expected) => {
  expect(text(readAsked(line))).toBe(expected)
})

describe('any text', () => {
  const words = fc.constantFrom(
    ...'dial tcp|lookup|on|->|: |10.0.0.1:80|[fd00::1]:80|connect to|port|http://|"|(|)|refused|timeout|host=|auth/10.1.1.1:80'.split(
      '|',
    ),
  )
  test('is read or not, and never fails', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 6 })), { maxLength: 40 }), (parts) => {
        const asked = readAsked(parts.join(' '))
        expect(asked === undefined || asked.target.host !== '').toBe(true)
      }),
    )
  })

  test.each(['a', 'a.', 'lookup ', 'connect to ', '10.0.0.1:', '(', '->', 'x/', '"', 'timeout '])(
    'a megabyte of %j is read to an end',
    (part) => {
      const asked = readAsked(`x ${part.repeat(1_000_000 / part.length)}`)
      expect(asked === undefined || asked.isMessage).toBe(true)
    },
  )
})
