import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/network/inventory/address.ts'
import { readBlock } from '../../../src/network/policy/block.ts'
import { addressText, blockText, isPrivateNetwork } from '../../../src/rules/policy/ranges.ts'

function canonical(cidr: string): string {
  const read = readBlock(cidr)
  return read.is === 'block' ? blockText(read.block) : read.is
}

describe('the canonical text of a block', () => {
  test.each([
    ['203.0.113.77/24', '203.0.113.0/24'],
    ['10.0.0.1/32', '10.0.0.1/32'],
    ['255.255.255.255/0', '0.0.0.0/0'],
    ['2001:DB8:0:0:1:0:0:1/64', '2001:db8::/64'],
    ['2001:db8:0:0:1:0:0:1/128', '2001:db8::1:0:0:1/128'],
    ['2001:db8:0:1:1:1:1:1/128', '2001:db8:0:1:1:1:1:1/128'],
    ['::1/128', '::1/128'],
    ['fe80::1/0', '::/0'],
  ])('%s is %s', (cidr, text) => {
    expect(canonical(cidr)).toBe(text)
  })

  test('is read back as the same addresses, in both families', () => {
    const v4 = fc.record({ bits: fc.constant(32 as const), value: fc.bigInt(0n, (1n << 32n) - 1n) })
    const v6 = fc.record({ bits: fc.constant(128 as const), value: fc.bigInt(0n, (1n << 128n) - 1n) })
    const sparse = v6.map(({ bits, value }) => ({
      bits,
      value: value & 0xffff_0000_0000_ffff_0000_0000_0000_00ffn,
    }))
    fc.assert(
      fc.property(fc.oneof(v4, v6, sparse), (address) => {
        expect(parseAddress(addressText(address.bits, address.value))).toEqual(address)
      }),
    )
  })
})

describe('a private network', () => {
  test.each([
    ['10.0.0.0/8', true],
    ['0.0.0.0/0', true],
    ['172.16.0.0/12', true],
    ['fc00::/7', true],
    ['10.244.0.0/16', false],
    ['172.16.0.0/16', false],
  ])('%s: %s', (cidr, expected) => {
    const read = readBlock(cidr)
    expect(read.is === 'block' && isPrivateNetwork(read.block)).toBe(expected)
  })
})
