import { describe, expect, it } from 'vitest'
import { recording, run } from './run.ts'

const files = ['-f', recording('incident'), '-n', 'velocitytech-prod']

describe('passwords in what is typed', () => {
  it.each(
    [
      ['ingress', 'ftp://user:s3cret@host/'],
      ['ingress', 'http://user:s3cret@host:99999/'],
      ['ingress', 'user:s3cret@nope'],
      ['ingress', 'http://shop.example/?token=s3cret'],
      ['what', 'http://user:s3cret@'],
      ['what', 'http://user:s3cret@auth-service:3001/?token=s3cret'],
      ['dns', 'http://user:s3cret@auth-service/'],
      ['dns', 'user:s3cret@auth-service'],
      ['dns', 'auth-service', '--from', 'deploy/user:s3cret@x'],
      ['policy', '--to', 'http://user:s3cret@x/'],
      ['policy', '--from', 'user:s3cret@x', '--to', 'user:s3cret@y:80'],
      ['from', 'user:s3cret@x'],
      ['svc', 'http://user:s3cret@auth-service/'],
      ['svc', 'user:s3cret@auth-service'],
      ['explain', 'user:s3cret@rule'],
      ['scan', 'user:s3cret@word'],
      ['user:s3cret@command'],
    ].flatMap((words) => [
      [words.join(' '), words] as const,
      [`${words.join(' ')} -o json`, [...words, '-o', 'json']] as const,
    ]),
  )('%s: no output has it', async (_, words) => {
    const { stdout, stderr } = await run([...words, ...files])
    expect(stdout + stderr).not.toBe('')
    expect(stdout + stderr).not.toContain('s3cret')
  })
})
