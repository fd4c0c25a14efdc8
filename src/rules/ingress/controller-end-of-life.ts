import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'

export default defineRule({
  id: 'ingress/controller-end-of-life',
  title: 'Controller that gets no fixes any more',
  subject: 'Ingress',
  severity: 'note',
  docs: {
    means:
      'ingress-nginx was retired in March 2026: faults and holes that are found since then stay open. It goes on working.',
    why: 'It was the usual choice for many years.',
    proof: 'The image of the controller that serves the Ingress.',
    fix: 'Move to a controller that is looked after, or to the Gateway API; Traefik can serve the same class and most annotations.',
    falseAlarmWhen:
      'Images of other projects and of vendors that look after a fork of their own are not meant.',
  },
  check(ingress, network) {
    const serving = network.routes.controllers.forIngress(ingress)
    if (serving.is !== 'served') return undefined
    const { instance, version, product } = serving.controller
    const image = instance?.container.image ?? ''
    if (instance === undefined || product !== 'ingress-nginx' || !/ingress-nginx\/controller/.test(image))
      return undefined
    const { reference, specPath } = instance.workload
    return {
      proof: 'proven',
      about: reference,
      place: `${place.object(reference)} controller`,
      summary: say`${reference} runs ingress-nginx${version === undefined ? say`` : say` ${version}`}, which gets no fixes since March 2026`,
      evidence: [
        { reference, field: `${specPath}.containers[${instance.container.name}].image`, value: image },
      ],
      advice: [say`Plan the move to a controller that is looked after, or to the Gateway API`],
    }
  },
})
