import { whole } from '../../network/inventory/read.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, isFinished, isReady } from '../../network/workloads/pods.ts'
import { hasStatus } from '../../network/workloads/workload.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, say } from '../text.ts'

export default defineRule({
  id: 'ingress/controller-not-ready',
  title: 'No pod of the Ingress controller is ready',
  subject: 'Ingress',
  severity: 'error',
  docs: {
    means:
      'Nobody takes requests for its Ingresses: clients are refused, or get an error of whatever stands in front.',
    why: 'The pods crash, do not start, or were scaled away.',
    proof: 'The workload that runs the controller’s image, and the Ready conditions of its pods.',
    fix: 'Whatever keeps its pods from becoming ready: kubectl describe and the log of the previous run say it.',
    falseAlarmWhen:
      'Other replicas are ready: then it is a warning. The controller is not known by its image, or its pods could not be read: then it is silent, or unknown.',
  },
  check(ingress, network) {
    const serving = network.routes.controllers.forIngress(ingress)
    if (serving.is !== 'served' || serving.controller.instance === undefined) return undefined
    const { workload } = serving.controller.instance
    const { reference, namespace, pods, replicas } = workload
    whole({ items: [], gaps: network.inventory.gaps('Pod', namespace) })
    const running = pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
    const ready = running.filter(isReady).length
    if (running.length > 0 && ready === running.length) return undefined
    // Nobody has made the pods of manifests yet.
    if (running.length === 0 && replicas !== 0 && !hasStatus(workload)) return undefined
    const of = running.length
    return {
      proof: 'proven',
      severity: ready > 0 ? 'warning' : 'error',
      about: reference,
      place: `${place.object(reference)} controller-ready`,
      alsoAt: [place.route(referenceTo(ingress))],
      summary:
        of === 0
          ? say`${reference} serves Ingresses and has no pod${replicas === 0 ? say`: it is scaled to zero` : say``}`
          : say`${reference} serves Ingresses, and ${counted(ready, 'pod')} of ${of} ${ready === 1 ? say`is` : say`are`} ready`,
      evidence: [
        { reference, field: 'spec.replicas', value: replicas },
        { reference, field: 'status.readyReplicas', value: ready },
      ],
      advice: [
        say`kubectl -n ${namespace} get pods`,
        say`kubectl -n ${namespace} describe ${reference.kind.toLowerCase()} ${reference.name}`,
      ],
    }
  },
})
