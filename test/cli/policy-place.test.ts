import { describe, expect, it } from 'vitest'
import { endOf } from '../../src/cli/policy-ends.ts'
import { parseFlowPlace } from '../../src/cli/policy-place.ts'
import { judgeFlow } from '../../src/diagnosis/flow/judge.ts'
import { Network } from '../../src/network/network.ts'
import { loadFiles } from '../../src/snapshot/files/load.ts'
import { dump, shop } from './policy-world.ts'

const { snapshot } = loadFiles([{ file: 'shop', content: dump(shop) }], {
  isComplete: false,
  defaultNamespace: 'shop',
})
const network = Network.of(snapshot)
const input = { snapshot, namespace: 'shop' }

function judged(from: string, to: string) {
  const destination = parseFlowPlace(to, 'to')
  return judgeFlow(
    {
      source: endOf(parseFlowPlace(from, 'from'), 'from', input, network),
      destination: endOf(destination, 'to', input, network),
      asked: destination.asked,
    },
    network.policy,
    network,
  )
}

describe('places', () => {
  it.each([
    ['web', 'api', ['80/TCP: api-1:8080 api-2:8080']],
    ['po/web', 'svc/api:http', ['80/TCP: api-1:8080 api-2:8080']],
    ['shop/pods/web', 'services/api:80/TCP', ['80/TCP: api-1:8080 api-2:8080']],
    ['10.244.0.5', '10.96.0.20:80', ['80/TCP: api-1:8080 api-2:8080']],
    ['web', 'pod/api-1', ['8080/TCP: api-1:8080']],
    ['web', 'pod/api-1:http', ['8080/TCP: api-1:8080']],
    ['web', '10.244.0.6:9999/udp', ['9999/UDP: api-1:9999']],
    ['web', '192.0.2.1:53/UDP', ['53/UDP: 192.0.2.1:53']],
    ['web', '[2001:db8::1]:443', ['443/TCP: 2001:db8::1:443']],
    ['world', 'ops/pod/scraper:80', ['80/TCP: scraper:80']],
    ['web', 'world:443', ['443/TCP: any address outside:443']],
    ['svc/api', 'pod/web', ['8080/TCP: web:8080']],
  ])('--from %s --to %s', (from, to, wanted) => {
    const { ports, outcome } = judged(from, to)
    const said = ports.map(({ port, targets }) => {
      const names = targets.map(({ target }) => `${target.name}:${target.port}`).join(' ')
      return `${port.dialled}/${port.protocol}: ${names}`
    })
    expect([outcome, ...said]).toEqual(['passes', ...wanted])
  })

  it('an address that a finished pod left behind is that of the living pod', () => {
    const [pair] = judged('10.244.0.5', 'api').ports.flatMap(({ pairs }) => pairs)
    expect(pair?.source.name).toBe('web')
  })

  it.each([
    ['pod/wbe-1', 'svc/api', 'pod "wbe-1" does not exist in namespace "shop"'],
    ['ops/web', 'svc/api', 'workload "web" does not exist in namespace "ops": did you mean shop/pod/web?'],
    ['pod/scraper', 'svc/api', 'did you mean ops/pod/scraper?'],
    ['pod/web', 'svc/scraper', 'did you mean ops/pod/scraper?'],
    ['pod/api', 'svc/api', 'did you mean pod/api-1 or pod/api-2?'],
    ['pod/web', 'svc/emptyy', 'did you mean empty?'],
    [
      'pod/web',
      'svc/api:8080',
      'offers no port 8080: it has 80/TCP (http); 8080 is the port of the pods behind it, which is reached as api:80',
    ],
    ['pod/web', 'ops/pod/scraper', 'pod/scraper declares no port: say which, --to pod/scraper:8080'],
    ['pod/web', 'pod/api-1:https', 'has no port named "https": it declares http (8080/TCP)'],
    ['pod/web', 'svc/api:0', 'port 0 is not between 1 and 65535'],
    ['pod/web', 'svc/api:99999', 'port 99999 is not between 1 and 65535'],
    ['pod/web', 'svc/api:-1', 'port -1 is not between 1 and 65535'],
    ['pod/web', 'svc/api:80/HTTP', '"HTTP" is not a protocol: use TCP, UDP or SCTP'],
    ['pod/web', 'svc/api:', 'no port: give a number or a name'],
    ['10.0.0.300', 'svc/api', '--from 10.0.0.300 is not an IP address'],
    ['10.0.0.0/8', 'svc/api', '--from 10.0.0.0/8 is a range: give one address of it, or world'],
    ['pod/web', '[2001:db8::zz]:80', 'is not an IP address'],
    ['cm/web', 'svc/api', 'a ConfigMap neither sends nor receives packets'],
    ['pod/web', 'world', 'say which port of world: --to world:443'],
    ['pod/web', '192.0.2.1:https', 'has no port names: give the number instead of "https"'],
    ['pod/web', 'http://api/', 'a URL is no place here; give svc/NAME:PORT'],
    ['node/node9', 'svc/api', 'node'],
    ['', 'svc/api', '--from lacks its value'],
  ])('--from %s --to %s: %s', (from, to, message) => {
    expect(() => judged(from, to)).toThrow(message)
  })
})
