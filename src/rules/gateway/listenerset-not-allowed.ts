import { pointer } from '../../network/edit.ts'
import { UnknownVerdict } from '../../network/inventory/read.ts'
import { gatewayOfSet, setsOf } from '../../network/routes/gateway/listeners.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Severity } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { severityFor } from './refusals.ts'

export default defineRule({
  id: 'gateway/listenerset-not-allowed',
  title: 'ListenerSet that its Gateway does not let in',
  subject: 'Gateway',
  severity: 'error',
  explains: ['not-attached'],
  docs: {
    means: 'The listeners of the set are not opened, and routes under it get no requests.',
    why: 'A Gateway lets no ListenerSet in unless `allowedListeners` says so.',
    proof:
      '`spec.allowedListeners.namespaces` of the Gateway (None where nothing is said) and the namespace of the ListenerSet, with its labels.',
    fix: 'Admit the namespace in `allowedListeners`; whoever owns the Gateway decides.',
    falseAlarmWhen:
      'No route asks for the set: then it is a note. Labels of the Namespace that may not be read: unknown.',
  },
  check(gateway, network) {
    const by = referenceTo(gateway)
    const from = gateway.spec.allowedListeners?.namespaces?.from
    return setsOf(gateway, network.inventory).items.flatMap(({ set, allowed }) => {
      if (allowed.is === 'unknown') throw new UnknownVerdict(allowed.gaps)
      if (allowed.is === 'yes') return []
      const about = referenceTo(set)
      const { namespace = '' } = set.metadata
      const users = network.routes.gateway
        .under(gateway)
        .items.filter(({ parent }) => parent.set === set)
        .map(({ route }) => route)
      const isHere = namespace === gateway.metadata.namespace
      const value = isHere ? { namespaces: { from: 'Same' } } : undefined
      return [
        {
          proof: 'proven' as const,
          severity: worst(users.map((route) => severityFor(route, network))),
          about,
          place: place.object(about),
          alsoAt: [...new Set(users.map((route) => place.route(referenceTo(route))))],
          summary: say`${about} wants to join ${by} in namespace ${gatewayOfSet(set)?.namespace ?? ''}, which lets no ListenerSet of namespace ${namespace} in`,
          evidence: [
            { reference: about, field: 'spec.parentRef.name', value: set.spec.parentRef.name },
            { reference: by, field: 'spec.allowedListeners.namespaces.from', value: from },
          ],
          ...(value === undefined || from !== undefined
            ? { advice: [say`admit namespace ${namespace} in spec.allowedListeners.namespaces of ${by}`] }
            : {
                fix: {
                  edits: [
                    {
                      kind: 'patch' as const,
                      reference: by,
                      operations: [{ op: 'add' as const, path: pointer('spec', 'allowedListeners'), value }],
                    },
                  ],
                },
              }),
        },
      ]
    })
  },
})

/** Nobody is hit where no route asks for the set. */
function worst(severities: readonly Severity[]): Severity {
  return (['error', 'warning'] as const).find((severity) => severities.includes(severity)) ?? 'note'
}
