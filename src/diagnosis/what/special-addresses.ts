import { inAnyRange, isLoopback, parseAddress } from '../../network/inventory/address.ts'
import { type Text, word } from '../../rules/text.ts'

/** What an address means that belongs to no object of any cluster; `undefined` for all others. */
export function specialText(host: string): Text | undefined {
  const address = parseAddress(host)
  if (address === undefined) return undefined
  if (isLoopback(address)) return word('the pod or machine itself (loopback)')
  if (host === '169.254.169.254') return word('the metadata service of the cloud provider')
  const found = specials.find(({ range }) => inAnyRange(host, [range]))
  return found === undefined ? undefined : word(found.says)
}

const specials = [
  {
    range: '0.0.0.0/8',
    says: 'no address of anybody: "all addresses of this machine" for who listens, nothing to dial',
  },
  {
    range: '169.254.0.0/16',
    says: 'a link-local address: only the node that a pod runs on can answer there',
  },
  { range: '224.0.0.0/4', says: 'a multicast address' },
  { range: '192.0.2.0/24', says: 'an address for documentation: nobody has it' },
  { range: '198.51.100.0/24', says: 'an address for documentation: nobody has it' },
  { range: '203.0.113.0/24', says: 'an address for documentation: nobody has it' },
  {
    range: '::/128',
    says: 'no address of anybody: "all addresses of this machine" for who listens, nothing to dial',
  },
  { range: 'fe80::/10', says: 'a link-local address: only the node that a pod runs on can answer there' },
  { range: 'ff00::/8', says: 'a multicast address' },
  { range: '2001:db8::/32', says: 'an address for documentation: nobody has it' },
]
