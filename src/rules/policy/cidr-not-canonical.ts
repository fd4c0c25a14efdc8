import { pointer } from '../../network/edit.ts'
import { readBlock } from '../../network/policy/block.ts'
import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { listed, say, word } from '../text.ts'
import { steps } from './patches.ts'
import { blockText } from './ranges.ts'

export default defineRule({
  id: 'policy/cidr-not-canonical',
  title: 'CIDR that data planes may read differently',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means:
      'Bits after the prefix are dropped by some network plugins and refused by others; numbers with leading zeros are octal ' +
      'to one and decimal to another. The rule may admit other addresses than it says.',
    why: 'The address of a machine was written with the prefix of its network, or addresses were padded with zeros.',
    proof: '`ipBlock.cidr` or `except` differs from its canonical form.',
    fix: 'Write the network address: it is read as that already.',
    falseAlarmWhen: 'The spelling of IPv6 (case, runs of zeros) is no difference.',
  },
  check({ reference, problems }) {
    const odd = problems.filter(({ id }) => id === 'cidr-not-canonical' || id === 'cidr-ambiguous')
    const [first] = odd
    if (first === undefined) return undefined
    const written = odd.flatMap(({ field, value }) => {
      const read = readBlock(value)
      return read.is === 'block' ? [{ field, value, canonical: blockText(read.block) }] : []
    })
    const ambiguous = odd.filter(({ id }) => id === 'cidr-ambiguous')
    const common = {
      proof: 'proven',
      place: place.policyPart(reference, 'canonical blocks'),
      evidence: odd.map(({ field, value }) => ({ reference, field, value })),
    } as const
    if (ambiguous.length > 0)
      return {
        ...common,
        summary: say`${reference} lists ${listed(ambiguous.slice(0, 3).map(({ value }) => say`${value}`))}, which network plugins read differently`,
        advice: [
          say`Write the address without leading zeros, and not as IPv4 inside IPv6.`,
          say`kubectl -n ${reference.namespace ?? ''} edit netpol ${reference.name}`,
        ],
      }
    return {
      ...common,
      summary: say`${reference} lists ${first.value}, which has bits after its prefix: it is read as ${written[0]?.canonical ?? ''}`,
      detail:
        written.length > 1
          ? say`${word(String(written.length))} blocks: ${listed(written.slice(0, 3).map(({ value, canonical }) => say`${value} is ${canonical}`))}.`
          : say`If one address was meant, its prefix is /${word(first.value.includes(':') ? '128' : '32')}.`,
      fix: {
        edits: [
          {
            kind: 'patch',
            reference,
            operations: written.map(({ field, canonical }) => ({
              op: 'replace',
              path: pointer(...steps(field)),
              value: canonical,
            })),
          },
        ],
        note: say`The same addresses as they are read now, written so that nobody reads others.`,
      },
    }
  },
})
