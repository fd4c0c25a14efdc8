import type { Network } from '../../network/network.ts'
import { freshCondition, isUntouched } from '../../network/routes/gateway/conditions.ts'
import { place } from '../../network/traffic/place.ts'
import type { Gateway } from '../../snapshot/kinds/gateway.ts'
import type { GatewayClass } from '../../snapshot/kinds/gateway-class.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { routesText, severityOf } from './gateway-words.ts'
import { isSettling } from './settling.ts'

export default defineRule({
  id: 'gateway/class-not-accepted',
  title: 'Gateway of a class that no controller has accepted',
  subject: 'Gateway',
  severity: 'error',
  explains: ['no-controller', 'no-listener'],
  over: ['gateway/not-programmed', 'gateway/route-ignored'],
  docs: {
    means:
      'The class is there, and its controller does not take it or does not run: no Gateway of it is set up.',
    why: 'The controller was removed or is down, its name is mistyped in the class, or the parameters that the class names are wrong.',
    proof:
      'Condition Accepted of the GatewayClass, of its present generation: False by its controller, or still the Unknown that stands there from the beginning.',
    fix: 'Bring the controller back, or mend what its message names.',
    falseAlarmWhen:
      'A class younger than a minute, or a condition about an older generation, proves nothing. Where GatewayClasses may not be ' +
      'read, or the class does not exist, another rule speaks.',
  },
  check(gateway, network) {
    const [found] = network.inventory.get('GatewayClass', '', gateway.spec.gatewayClassName).items
    if (found === undefined || isSettling(found, network)) return undefined
    const { conditions } = found.status
    const accepted = freshCondition(found, conditions, 'Accepted', network.inventory)
    if (accepted?.status === 'True') return undefined
    const serving = network.routes.gateway.serving(gateway)
    if (accepted === undefined)
      return serving.is === 'unserved' ? withoutController(gateway, found, network) : undefined
    const by = referenceTo(gateway)
    const theClass = referenceTo(found)
    const { controllerName, parametersRef } = found.spec
    const isUnknown = isUntouched(accepted)
    return {
      proof: 'proven',
      severity: severityOf(gateway, network),
      place: place.object(by),
      summary: isUnknown
        ? say`${by} is of ${theClass}, which no controller has looked at: ${controllerName} does not run, or goes by another name. Nobody serves ${routesText(gateway, network)}`
        : say`${by} is of ${theClass}, which its controller does not accept (${accepted.reason ?? accepted.status}): nobody serves ${routesText(gateway, network)}`,
      detail: isUnknown || accepted.message === undefined ? undefined : say`It says: ${accepted.message}`,
      evidence: [
        { reference: by, field: 'spec.gatewayClassName', value: found.metadata.name },
        {
          reference: theClass,
          field: 'status.conditions.Accepted',
          value: `${accepted.status} ${accepted.reason ?? ''}`.trim(),
        },
        { reference: theClass, field: 'spec.controllerName', value: controllerName },
        ...(parametersRef === undefined
          ? []
          : [{ reference: theClass, field: 'spec.parametersRef.name', value: parametersRef.name }]),
      ],
      advice: [say`kubectl describe gatewayclass ${found.metadata.name}`],
    }
  },
})

/** Nobody has said anything about the class, and no pod runs the software that its controller's name stands for. */
function withoutController(gateway: Gateway, found: GatewayClass, network: Network): FindingDraft {
  const by = referenceTo(gateway)
  const { controllerName } = found.spec
  return {
    proof: 'likely',
    severity: severityOf(gateway, network),
    place: place.object(by),
    summary: say`${by} is of ${referenceTo(found)}, and its controller ${controllerName} does not seem to run: nobody serves ${routesText(gateway, network)}`,
    evidence: [
      { reference: by, field: 'spec.gatewayClassName', value: found.metadata.name },
      { reference: referenceTo(found), field: 'spec.controllerName', value: controllerName },
      { reference: referenceTo(found), field: 'status.conditions.Accepted', value: undefined },
    ],
    advice: [
      say`kubectl get pods -A, and look for the controller; kubectl describe gatewayclass ${found.metadata.name}`,
    ],
  }
}
