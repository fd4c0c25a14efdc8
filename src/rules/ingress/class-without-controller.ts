import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { common, groupOf, named, nobodyAnswers } from './unserved.ts'

export default defineRule({
  id: 'ingress/class-without-controller',
  title: 'IngressClass that no running controller implements',
  subject: 'Ingress',
  severity: 'error',
  explains: ['no-controller'],
  docs: {
    means:
      'The class is a name only: the software that should implement it does not run, so nobody serves its Ingresses.',
    why: 'The controller was uninstalled and its class stayed, or it watches another class or namespace than the one that is asked for.',
    proof:
      '`IngressClass.spec.controller` names software that runs in the cluster, no pod has its image, and no Ingress of the class has an address in its status.',
    fix: 'Install the controller, or let the Ingress ask for a class that is served.',
    falseAlarmWhen:
      'The controller is part of a cloud, its name is not known here, any Ingress of the class has an address, or pods could not be read everywhere.',
  },
  check(ingress, network) {
    const group = groupOf(ingress, 'no-controller', network)
    if (group === undefined) return undefined
    const { className = '', controllerName, class: of } = group.serving
    const running = network.routes.controllers.running().items
    const [other] = running
    const asked: Text =
      of === undefined ? say`class ${className}` : say`class ${className} is for ${controllerName ?? ''}`
    return {
      ...common(group),
      proof: 'likely',
      summary:
        other === undefined
          ? say`Nobody serves ${named(group.ingresses)}: ${asked}, and no Ingress controller runs`
          : say`Nobody serves ${named(group.ingresses)}: ${asked}, and ${other.workload.reference} does not take it`,
      detail: nobodyAnswers,
      evidence: [
        ...common(group).evidence,
        ...(of === undefined ? [] : [{ reference: of, field: 'spec.controller', value: controllerName }]),
      ],
      advice: [
        say`kubectl get ingressclass; kubectl get pods -A | grep -i ingress`,
        say`Install the controller of the class, or name a class that a running controller serves`,
      ],
    }
  },
})
