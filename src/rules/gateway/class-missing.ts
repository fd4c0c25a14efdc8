import { pointer } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import { place } from '../../network/traffic/place.ts'
import type { Gateway } from '../../snapshot/kinds/gateway.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say } from '../text.ts'
import { routesText, severityOf } from './gateway-words.ts'

export default defineRule({
  id: 'gateway/class-missing',
  title: 'Gateway of a class that does not exist',
  subject: 'Gateway',
  severity: 'error',
  explains: ['class-not-found'],
  over: ['gateway/not-programmed', 'gateway/route-ignored'],
  docs: {
    means: 'No controller looks at the Gateway: it gets no address, and no route under it works.',
    why: 'The class is mistyped, or the controller that brings it is not installed in this cluster.',
    proof: '`spec.gatewayClassName` and all GatewayClasses, read whole.',
    fix: 'Write the name of a class that exists, or install the controller.',
    falseAlarmWhen:
      'GatewayClasses may not be read (the role `view` does not permit it): then it is unknown.',
  },
  check(gateway, network) {
    const name = gateway.spec.gatewayClassName
    const { inventory } = network
    // Classes are seldom among the manifests of an application.
    const all = inventory.list('GatewayClass')
    if (all.open !== undefined && all.items.length === 0) return undefined
    if (whole(inventory.get('GatewayClass', '', name)).length > 0) return undefined
    const classes = whole(all).map(({ metadata }) => metadata.name)
    const by = referenceTo(gateway)
    return {
      proof: 'proven',
      severity: severityOf(gateway, network),
      place: place.object(by),
      summary: say`${by} is of class ${name}, and there is no such GatewayClass: nobody serves ${routesText(gateway, network)}`,
      evidence: [
        { reference: by, field: 'spec.gatewayClassName', value: name },
        ...classes.slice(0, 4).map((other) => ({
          reference: { apiVersion: gateway.apiVersion, kind: 'GatewayClass', name: other },
          field: 'metadata.name',
          value: other,
        })),
      ],
      ...remedy(gateway, classes),
    }
  },
})

function remedy(gateway: Gateway, classes: readonly string[]): Pick<FindingDraft, 'fix' | 'advice'> {
  const near = nearest(gateway.spec.gatewayClassName, classes)
  const meant = near.length > 0 ? near : classes.length === 1 ? classes : []
  const [only] = meant
  if (only !== undefined && meant.length === 1)
    return {
      fix: {
        edits: [
          {
            kind: 'patch',
            reference: referenceTo(gateway),
            operations: [{ op: 'replace', path: pointer('spec', 'gatewayClassName'), value: only }],
          },
        ],
      },
    }
  return {
    advice: [
      classes.length === 0
        ? say`install a controller of the Gateway API: it brings its GatewayClass`
        : say`name one of the classes that exist: ${listed(classes.slice(0, 4).map((name) => say`${name}`))}`,
    ],
  }
}
