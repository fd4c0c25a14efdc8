import { targetPortOf } from '../../services/service-facts.ts'
import { runningContainers } from '../../workloads/workload.ts'
import { proxiesOf, type Serving } from '../controllers.ts'
import type { RouteParts } from '../route-parts.ts'

/**
 * The listener ports that a client's port leads to. For most implementations that is the port itself. A listener of Traefik
 * has the port of an entry point, which is the container's: the client connects to the port of Traefik's own Service.
 *
 * Source: Traefik 3.7.13, pkg/provider/kubernetes/gateway/kubernetes.go, entryPointName.
 */
export function entryPorts(port: number, serving: Serving, { services }: RouteParts): readonly number[] {
  if (serving.is !== 'served' || serving.controller.product !== 'traefik') return [port]
  const targets = proxiesOf(serving).flatMap((workload) =>
    services.selecting(workload).items.flatMap((service) =>
      service.spec.ports
        .filter((item) => item.port === port || item.nodePort === port)
        .flatMap((item) => {
          const target = targetPortOf(item)
          if (typeof target === 'number') return [target]
          return runningContainers(workload.spec).flatMap(({ ports }) =>
            ports.filter(({ name }) => name === target).map(({ containerPort }) => containerPort),
          )
        }),
    ),
  )
  return [...new Set([...targets, port])]
}
