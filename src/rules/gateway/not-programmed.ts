import { isUntouched } from '../../network/routes/gateway/conditions.ts'
import { gatewayTrouble } from '../../network/routes/gateway/trouble.ts'
import { place } from '../../network/traffic/place.ts'
import type { Gateway } from '../../snapshot/kinds/gateway.ts'
import type { Condition } from '../../snapshot/kinds/kind.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { routesText, severityOf } from './gateway-words.ts'

export default defineRule({
  id: 'gateway/not-programmed',
  title: 'Gateway that its controller does not serve',
  subject: 'Gateway',
  severity: 'error',
  explains: ['no-listener', 'certificate', 'no-controller'],
  over: ['gateway/route-ignored'],
  docs: {
    means: 'The controller has not set the Gateway up: no request reaches any route under it.',
    why: 'All listeners are invalid, no address or load balancer could be had, parameters are wrong, or the controller does not run.',
    proof:
      'Conditions Accepted and Programmed of the Gateway, of its present generation, with the reason that its controller gives.',
    fix: 'By the reason: AddressNotAssigned and AddressNotUsable are about addresses, ListenersNotValid about listeners, InvalidParameters about the infrastructure, NoResources about capacity.',
    falseAlarmWhen:
      'A Gateway or a condition younger than a minute, or a condition about an older generation, proves nothing. What is wrong ' +
      'with the class or a listener is told by their rules.',
  },
  check(gateway, network) {
    const condition = gatewayTrouble(gateway, network.inventory)
    if (condition === undefined) return undefined
    const by = referenceTo(gateway)
    const isUnseen = isUntouched(condition)
    return {
      proof: 'proven',
      severity: severityOf(gateway, network),
      place: place.object(by),
      summary: isUnseen
        ? say`${by} is served by nobody: no controller has looked at it, and ${routesText(gateway, network)} cannot be reached`
        : say`${by} is not ${condition.type === 'Accepted' ? say`accepted` : say`programmed`} (${condition.reason ?? condition.status}): ${routesText(gateway, network)} cannot be reached`,
      detail:
        isUnseen || condition.message === undefined
          ? undefined
          : say`Its controller says: ${condition.message}`,
      evidence: [
        {
          reference: by,
          field: `status.conditions.${condition.type}`,
          value: `${condition.status} ${condition.reason ?? ''}`.trim(),
        },
        { reference: by, field: 'spec.gatewayClassName', value: gateway.spec.gatewayClassName },
      ],
      advice: [
        adviceFor(gateway, condition),
        say`kubectl -n ${by.namespace ?? ''} describe gateway ${by.name}`,
      ],
    }
  },
})

function adviceFor(gateway: Gateway, { reason }: Condition): Text {
  switch (reason) {
    case 'AddressNotAssigned':
    case 'AddressNotUsable':
    case 'UnsupportedAddress':
      return say`look at spec.addresses, and at the Service of type LoadBalancer that stands for the Gateway`
    case 'ListenersNotValid':
    case 'Invalid':
      return say`look at the conditions in status.listeners`
    case 'InvalidParameters':
      return say`look at what spec.infrastructure.parametersRef names`
    case 'NoResources':
      return say`look for pods of the Gateway that cannot be scheduled`
    default:
      return say`look for the controller of class ${gateway.spec.gatewayClassName}`
  }
}
