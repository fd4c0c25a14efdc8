import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say } from '../text.ts'
import { isHandled, isLoadBalancer } from './facts.ts'

const assigningMs = 5 * 60_000

export default defineRule({
  id: 'loadbalancer/class-unclaimed',
  title: 'Load balancer of a class that nobody serves',
  subject: 'Service',
  severity: 'error',
  over: ['loadbalancer/pending'],
  docs: {
    means:
      'The default controller leaves a Service with `loadBalancerClass` alone, and the one that is meant has not touched it: it gets no address.',
    why: 'The class is mistyped, or its controller is not installed. The field cannot be changed afterwards.',
    proof:
      '`spec.loadBalancerClass` is set, and there is no address, no finalizer and no event of any load balancer controller, and no ' +
      'other Service of the same class has one.',
    fix: 'Delete the Service and create it with the right class, or install the controller.',
    falseAlarmWhen:
      'Any controller has left a sign, on this Service or on another of the class; or the Service is younger than five minutes.',
  },
  check(service, network) {
    const { loadBalancerClass } = service.spec
    if (!isLoadBalancer(service) || loadBalancerClass === undefined) return undefined
    const age = network.inventory.ageMs(service.metadata.creationTimestamp)
    if (age === undefined || age < assigningMs) return undefined
    const all = network.inventory.list('Service').items.filter(isLoadBalancer)
    const handled = all.filter((item) => isHandled(item, network))
    if (handled.some(({ spec }) => spec.loadBalancerClass === loadBalancerClass)) return undefined
    const by = referenceTo(service)
    const others = [...new Set(handled.flatMap(({ spec }) => spec.loadBalancerClass ?? []))]
    const near = nearest(loadBalancerClass, others)
    const meant = near.length > 0 ? near : others.slice(0, 3)
    return {
      proof: 'likely',
      place: place.object(by),
      summary: say`${by} asks for a load balancer of class ${loadBalancerClass}, and no controller has touched it`,
      detail:
        meant.length === 0
          ? undefined
          : say`Other Services get theirs from class ${listed(
              meant.map((name) => say`${name}`),
              'or',
            )}.`,
      evidence: [
        { reference: by, field: 'spec.loadBalancerClass', value: loadBalancerClass },
        { reference: by, field: 'status.loadBalancer.ingress', value: undefined },
        { reference: by, field: 'metadata.finalizers', value: undefined },
      ],
      advice: [
        say`loadBalancerClass cannot be changed: delete the Service and create it with ${meant[0] === undefined ? say`a class that is served, or without one` : say`class ${meant[0]}`}`,
      ],
      confirm: say`kubectl -n ${by.namespace ?? ''} get events --field-selector involvedObject.name=${by.name}`,
    }
  },
})
