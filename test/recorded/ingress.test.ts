import { describe, expect, test } from 'vitest'
import { Network } from '../../src/network/network.ts'
import { parseRequest } from '../../src/network/routes/request.ts'
import { predict } from '../../src/trace/prediction.ts'
import { recording } from './recording.ts'

/** What each controller answers to a request, in a recorded cluster. */
function answers(name: string, url: string, headers: Readonly<Record<string, string>> = {}) {
  const request = parseRequest(url, { headers })
  if (request === undefined) throw new Error(url)
  return predict(request, Network.of(recording(`fixtures/velocitytech/${name}.json.gz`))).items.map(
    ({ answer, outcome, replies }) => ({
      by: answer.serving.is === 'served' ? answer.serving.controller.product : answer.serving.is,
      outcome,
      replies: replies.map(({ reply, afterSeconds, reason }) => [reply, afterSeconds, reason]),
    }),
  )
}

describe('velocitytech-traefik says what its clients saw', () => {
  test('the Ingress with patterns under pathType Prefix is left out: 404', () => {
    expect(answers('traefik', 'http://api.velocitytech.local/api/auth/health')).toEqual([
      { by: 'traefik', outcome: 'fails', replies: [[{ code: 404 }, undefined, 'refused-by-controller']] },
    ])
  })

  test('the admin area asks for credentials, and no policy lets the proxy on to who has some', () => {
    expect(answers('traefik', 'http://admin.velocitytech.local/')).toEqual([
      { by: 'traefik', outcome: 'passes', replies: [[{ code: 401 }, undefined, 'authentication']] },
    ])
    expect(answers('traefik', 'http://admin.velocitytech.local/', { Authorization: 'Basic x' })).toEqual([
      { by: 'traefik', outcome: 'fails', replies: [[{ code: 504 }, 180, 'ingress-denied']] },
    ])
  })

  test('nobody has the host: 404', () => {
    expect(answers('traefik', 'http://unknown.velocitytech.local/')).toEqual([
      { by: 'traefik', outcome: 'fails', replies: [[{ code: 404 }, undefined, 'no-match']] },
    ])
  })

  test('payments: no answer for three minutes, at the main Service and at the canary alike', () => {
    expect(answers('traefik', 'http://payment.velocitytech.local/health')).toEqual([
      {
        by: 'traefik',
        outcome: 'fails',
        replies: [
          [{ code: 504 }, 180, 'ingress-denied'],
          [{ code: 504 }, 180, 'ingress-denied'],
        ],
      },
    ])
  })
})

test.each(['as-written', 'running', 'incident'])('%s: nobody serves the Ingresses', (name) => {
  expect(answers(name, 'http://payment.velocitytech.local/health')).toEqual([
    { by: 'unserved', outcome: 'fails', replies: [[undefined, undefined, 'class-not-found']] },
  ])
})
