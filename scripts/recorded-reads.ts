import { runRules } from '../src/diagnosis/run-rules.ts'
import { scopeOf } from '../src/diagnosis/scope.ts'
import { Network } from '../src/network/network.ts'
import { isKindName, type KindName, kindNames } from '../src/snapshot/kinds/kinds.ts'
import { fixturePaths, readFixture } from '../test/rules/fixture.ts'

/** Which kinds each rule looked into while all fixtures ran: nobody has to declare it, so it cannot be wrong. */
export function recordedReads(): ReadonlyMap<string, readonly KindName[]> {
  const found = new Map<string, Set<KindName>>()
  for (const fixture of fixturePaths().map(readFixture)) {
    const network = Network.of(fixture.snapshot)
    const { reads } = runRules(fixture.question, scopeOf(fixture.question, network), network)
    for (const [rule, buckets] of reads) {
      const kinds = found.get(rule) ?? new Set<KindName>()
      found.set(rule, kinds)
      for (const bucket of buckets) {
        const [kind = ''] = bucket.split('|')
        if (isKindName(kind)) kinds.add(kind)
      }
    }
  }
  return new Map([...found].map(([rule, kinds]) => [rule, kindNames.filter((kind) => kinds.has(kind))]))
}
