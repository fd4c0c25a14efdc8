import { describe, expect, test } from 'vitest'
import { UnknownVerdict } from '../../../src/network/inventory/read.ts'
import { Network } from '../../../src/network/network.ts'
import { place } from '../../../src/network/traffic/place.ts'
import type { FindingDraft } from '../../../src/rules/finding.ts'
import podsNotCreated from '../../../src/rules/service/backend-pods-not-created.ts'
import scaledToZero from '../../../src/rules/service/backend-scaled-to-zero.ts'
import onlyTerminated from '../../../src/rules/service/only-terminated-pods-match.ts'
import inOtherNamespace from '../../../src/rules/service/selected-pods-in-other-namespace.ts'
import matchesNoPod from '../../../src/rules/service/selector-matches-no-pod.ts'
import nearMiss from '../../../src/rules/service/selector-near-miss.ts'
import { whyEmpty } from '../../../src/rules/service/why-empty.ts'
import type { Service } from '../../../src/snapshot/kinds/service.ts'
import { fixturePaths, readFixture } from '../fixture.ts'

type Check = (network: Network) => FindingDraft | readonly FindingDraft[] | undefined

/** What a check finds; nothing when it cannot tell. */
function found(check: Check, network: Network): readonly FindingDraft[] {
  try {
    return [check(network) ?? []].flat()
  } catch (error) {
    if (error instanceof UnknownVerdict) return []
    throw error
  }
}

/** The ids of the rules that say why a Service is empty. */
function speakers(service: Service, network: Network): readonly string[] {
  const ofService = [nearMiss, matchesNoPod, inOtherNamespace, onlyTerminated].flatMap((rule) =>
    found(() => rule.check(service, network), network).map(() => rule.id),
  )
  const workloads = network.workloads.in(service.metadata.namespace ?? '').items
  const ofWorkload = [scaledToZero, podsNotCreated].flatMap((rule) => {
    const drafts = workloads.flatMap((workload) => found(() => rule.check(workload, network), network))
    return drafts.some((draft) => draft.alsoAt?.includes(place.service(service)) === true) ? [rule.id] : []
  })
  return [...ofService, ...ofWorkload]
}

const fixtures = fixturePaths()
  .filter((path) => path.startsWith('fixtures/service/'))
  .map(readFixture)

describe('a Service whose selector yields nothing', () => {
  test.each(fixtures)('is explained by one rule at most: $path', ({ snapshot }) => {
    const network = Network.of(snapshot)
    for (const service of network.inventory.list('Service').items) {
      const rules = speakers(service, network)
      expect(rules.length, rules.join(', ')).toBeLessThanOrEqual(1)
    }
  })

  test.each(fixtures.filter(({ gaps }) => gaps.length === 0))('is explained: $path', ({ snapshot }) => {
    const network = Network.of(snapshot)
    for (const service of network.inventory.list('Service').items) {
      const kind = whyEmpty(service, network)?.kind
      const isEmpty = kind !== undefined && kind !== 'has-pods'
      expect(speakers(service, network)).toHaveLength(isEmpty ? 1 : 0)
    }
  })

  test.each(fixtures)('does not depend on the order of the objects: $path', ({ snapshot }) => {
    const forward = Network.of(snapshot)
    const backward = Network.of({ ...snapshot, objects: snapshot.objects.toReversed() })
    for (const service of forward.inventory.list('Service').items) {
      const check = (network: Network): unknown => found(() => nearMiss.check(service, network), network)
      expect(check(backward)).toEqual(check(forward))
    }
  })
})
