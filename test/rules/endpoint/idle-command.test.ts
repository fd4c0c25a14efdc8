import { describe, expect, test } from 'vitest'
import { isIdleCommand } from '../../../src/rules/endpoint/idle-command.ts'
import { parsePodSpec } from '../../../src/snapshot/kinds/pod-spec.ts'

function isIdle(command: readonly string[] | undefined, args?: readonly string[]): boolean {
  const [container] = parsePodSpec({ containers: [{ name: 'web', command, args }] }).containers
  return container !== undefined && isIdleCommand(container)
}

const script = (text: string): boolean => isIdle(['/bin/sh', '-c'], [text])

describe('isIdleCommand', () => {
  test.each([
    ['sleep', ['sleep', 'infinity']],
    ['tail', ['tail', '-f', '/dev/null']],
    ['path', ['/usr/bin/sleep', '3600']],
    ['bare shell', ['/bin/bash']],
  ])('idle: %s', (_, command) => {
    expect(isIdle(command)).toBe(true)
  })

  test.each([
    'while true; do sleep 3600; done',
    'echo "$(date): checking"; while :; do\n  curl -s http://a/health || echo "gone"\n  sleep 30\ndone',
    'until nslookup db; do echo waiting; sleep 2; done; tail -f /dev/null',
    'for i in 1 2 3; do wget -q http://a; done; sleep infinity',
    'trap : TERM INT; sleep infinity & wait',
  ])('idle script: %s', (text) => {
    expect(script(text)).toBe(true)
  })

  test.each([
    'exec /app/server --port 8080',
    'sleep 5; nginx -g "daemon off;"',
    'python3 -m http.server 8080',
    'while true; do nc -lk -p 8080 -e cat; done',
    'cp /config/* /etc/app/ && ./start.sh',
    'PORT=8080 node server.js',
    '',
  ])('may serve: %s', (text) => {
    expect(script(text)).toBe(false)
  })

  test('does not judge what it cannot see: the entrypoint of the image, or a file with a script', () => {
    expect(isIdle(undefined, ['--port=8080'])).toBe(false)
    expect(isIdle(['sh', '/start.sh'])).toBe(false)
    expect(isIdle(['busybox', 'httpd', '-f'])).toBe(false)
  })
})
