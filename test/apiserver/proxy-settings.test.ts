import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ProxyServer, proxyFor, proxyName } from '../../src/cluster/proxy.ts'

const api = 'https://api.example.com:6443'

/** The proxy that is used for a server, with its setting. */
function chosen(server: string, env: Record<string, string>, proxyUrl?: string): string | undefined {
  const proxy = proxyFor(server, proxyUrl, env)
  return proxy && `${proxyName(proxy)} by ${proxy.setting}`
}

describe('the proxy', () => {
  it.each<[string, string, Record<string, string>, string | undefined, string | undefined]>([
    ['none is set', api, {}, undefined, undefined],
    ['https', api, { HTTPS_PROXY: 'http://p:3128' }, undefined, 'http://p:3128 by HTTPS_PROXY'],
    ['a bare address', api, { HTTPS_PROXY: 'p:3128' }, undefined, 'http://p:3128 by HTTPS_PROXY'],
    ['lower case', api, { https_proxy: 'http://p:1' }, undefined, 'http://p:1 by https_proxy'],
    [
      'upper case first',
      api,
      { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' },
      undefined,
      'http://up:1 by HTTPS_PROXY',
    ],
    ['an empty one is none', api, { HTTPS_PROXY: '' }, undefined, undefined],
    ['HTTP_PROXY is not for https', api, { HTTP_PROXY: 'http://p:1' }, undefined, undefined],
    ['HTTP_PROXY', 'http://api', { HTTP_PROXY: 'http://p:1' }, undefined, 'http://p:1 by HTTP_PROXY'],
    ['loopback', 'https://127.0.0.9:6443', { HTTPS_PROXY: 'http://p:1' }, undefined, undefined],
    ['IPv6 loopback', 'https://[::1]:6443', { HTTPS_PROXY: 'http://p:1' }, undefined, undefined],
    ['localhost', 'https://localhost:6443', { HTTPS_PROXY: 'http://p:1' }, undefined, undefined],
    [
      'proxy-url beats the environment, NO_PROXY and loopback',
      'https://127.0.0.1:6443',
      { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' },
      'socks5://s:1080',
      'socks5://s:1080 by proxy-url of the kubeconfig',
    ],
  ])('%s', (_what, server, env, proxyUrl, expected) => {
    expect(chosen(server, env, proxyUrl)).toBe(expected)
  })

  // golang.org/x/net/http/httpproxy, config.go.
  it.each([
    ['*', true],
    ['other.com, *', true],
    ['api.example.com', true],
    ['API.Example.com', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['ample.com', false],
    ['.api.example.com', false],
    ['*.api.example.com', false],
    ['api.example.com:6443', true],
    ['api.example.com:443', false],
    [':6443', false],
    ['10.0.0.0/8', false],
    ['', false],
  ])('NO_PROXY=%s leaves api.example.com out: %s', (excluded, isOut) => {
    expect(chosen(api, { HTTPS_PROXY: 'p', NO_PROXY: excluded }) === undefined).toBe(isOut)
  })

  it.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/33', '10.1.2.3', false],
    ['11.0.0.0/8', '10.1.2.3', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3:6443', '10.1.2.3', true],
    ['10.1.2.3:80', '10.1.2.3', false],
    // A suffix of the written address: Go compares letters here.
    ['2.3', '10.1.2.3', true],
    ['fd00::/8', '[fd12::1]', true],
    ['fd12:0::1', '[fd12::1]', true],
    ['[fd12::1]:6443', '[fd12::1]', true],
    ['10.0.0.0/8', '[fd12::1]', false],
  ])('NO_PROXY=%s leaves the address %s out: %s', (excluded, host, isOut) => {
    expect(chosen(`https://${host}:6443`, { HTTPS_PROXY: 'p', NO_PROXY: excluded }) === undefined).toBe(isOut)
  })

  it('may be any text: an address, or one line that does not repeat it', () => {
    const check = (value: string): void => {
      try {
        const proxy: ProxyServer | undefined = proxyFor(api, undefined, { HTTPS_PROXY: value })
        expect(proxy === undefined || proxy.url.hostname !== '').toBe(true)
      } catch (error) {
        expect(error).toMatchObject({
          code: 'BAD_PROXY',
          message: 'HTTPS_PROXY is not an http, https or socks5 address: check it',
        })
      }
    }
    fc.assert(fc.property(fc.string(), check))
    for (const value of ['ftp://jane:s3cr3t@p', 'http://', '://', 'http://[::1']) check(value)
  })
})
