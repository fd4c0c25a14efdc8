import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../src/cluster/outcome.ts'
import type { Answer } from '../../src/cluster/sender.ts'

const answer = (more: Partial<Answer>): Answer => ({
  status: 200,
  contentType: 'application/json',
  location: undefined,
  retryAfter: undefined,
  body: '{}',
  ...more,
})

describe('an answer', () => {
  it.each<[string, Partial<Answer>, string]>([
    ['a JSON object', {}, 'ok'],
    ['a JSON list', { body: '[]' }, 'failed'],
    ['a login page', { contentType: 'text/html', body: '<html>' }, 'failed'],
    ['an object that does not exist', { status: 404, body: '{"kind": "Status"}' }, 'absent'],
    ['a path of no API', { status: 404, contentType: 'text/plain', body: '404 page not found\n' }, 'absent'],
    ["a proxy's 404", { status: 404, contentType: 'text/html', body: '404 page not found' }, 'failed'],
    ["a proxy's 404 in JSON", { status: 404, body: '{"error": "no route"}' }, 'failed'],
    ['an empty 404', { status: 404, contentType: '', body: '' }, 'failed'],
    ['a refusal', { status: 403, body: '' }, 'forbidden'],
    ['an old token', { status: 410 }, 'expired'],
    ['no content', { status: 204, body: '' }, 'failed'],
    ['a redirect', { status: 307, location: '/login?token=s3cr3t' }, 'failed'],
  ])('that is %s', (_what, more, result) => {
    const outcome = outcomeOf(answer(more))
    expect(outcome.result).toBe(result)
    expect(JSON.stringify(outcome)).not.toContain('s3cr3t')
  })

  it('may be anything: it is never an error, and "not served" only in the words of an API server', () => {
    const answers = fc.record({
      status: fc.integer({ min: 100, max: 599 }),
      contentType: fc.constantFrom('application/json', 'text/plain', 'text/html', ''),
      location: fc.option(fc.string(), { nil: undefined }),
      retryAfter: fc.option(fc.string(), { nil: undefined }),
      body: fc.oneof(fc.json(), fc.string(), fc.constant('404 page not found'), fc.constant('null')),
    })
    fc.assert(
      fc.property(answers, (any) => {
        const { result } = outcomeOf(any)
        if (result === 'ok') expect(any.status).toBe(200)
        if (result === 'absent') expect(any.status).toBe(404)
        if (any.status >= 500) expect(result).toBe('failed')
      }),
    )
  })
})
