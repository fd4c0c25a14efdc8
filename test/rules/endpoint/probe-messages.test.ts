import { describe, expect, test } from 'vitest'
import { decodeProbeMessage } from '../../../src/rules/endpoint/probe-messages.ts'

const url = 'Get "http://10.244.1.9:8080/ready"'

describe('decodeProbeMessage', () => {
  test.each([
    ['Readiness probe failed: HTTP probe failed with statuscode: 404', { kind: 'status', code: 404 }],
    [
      `Readiness probe failed: ${url}: dial tcp 10.244.1.9:8080: connect: connection refused`,
      { kind: 'refused' },
    ],
    ['Readiness probe failed: dial tcp 10.244.1.9:5432: connect: connection refused', { kind: 'refused' }],
    [`Readiness probe failed: ${url}: dial tcp 10.244.1.9:8080: i/o timeout`, { kind: 'timeout' }],
    [
      `Readiness probe failed: ${url}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      { kind: 'timeout' },
    ],
    ['Readiness probe failed: command "sh -c ready" timed out', { kind: 'timeout' }],
    [
      'Readiness probe failed: timeout: failed to connect service "10.244.1.9:9000" within 1s',
      { kind: 'timeout' },
    ],
    ['Readiness probe failed: service unhealthy (responded with "NOT_SERVING")', { kind: 'not-serving' }],
    [`Readiness probe failed: ${url}: dial tcp: connect: no route to host`, { kind: 'unreachable' }],
    [`Readiness probe failed: ${url}: EOF`, { kind: 'cut' }],
    [`Readiness probe failed: ${url}: read: connection reset by peer`, { kind: 'cut' }],
    [
      `Readiness probe failed: ${url}: http: server gave HTTP response to HTTPS client`,
      { kind: 'wants-plain' },
    ],
    [
      `Readiness probe failed: ${url}: net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03\\x01\\x00\\x02\\x02"`,
      { kind: 'wants-tls' },
    ],
    [`Readiness probe failed: ${url}: remote error: tls: handshake failure`, { kind: 'tls' }],
    ['Readiness probe errored: strconv.Atoi: parsing "web": invalid syntax', { kind: 'other' }],
    ['Readiness probe errored and resulted in unknown state: rpc error: code = NotFound', { kind: 'other' }],
    ['Readiness probe failed: ', { kind: 'other' }],
  ])('%s', (message, failure) => {
    expect(decodeProbeMessage(message)).toMatchObject({ probe: 'readiness', failure })
  })

  test('tells the probes apart', () => {
    expect(decodeProbeMessage('Liveness probe failed: EOF')?.probe).toBe('liveness')
    expect(decodeProbeMessage('Startup probe failed: EOF')?.probe).toBe('startup')
  })

  test('keeps what a command printed, and nothing of the words before it', () => {
    expect(decodeProbeMessage('Readiness probe failed: cat: /data/loaded: No such file\n')?.said).toBe(
      'cat: /data/loaded: No such file',
    )
  })

  test('is nothing for another message', () => {
    expect(decodeProbeMessage('Back-off restarting failed container')).toBeUndefined()
    expect(decodeProbeMessage('')).toBeUndefined()
  })
})
