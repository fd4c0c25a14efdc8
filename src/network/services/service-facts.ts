import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'

export function isExternalName(service: Service): boolean {
  return service.spec.type === 'ExternalName'
}

/** `clusterIP: None`: the name resolves to the endpoints themselves and no proxy is between. */
export function isHeadless(service: Service): boolean {
  return (
    !isExternalName(service) && (service.spec.clusterIP === 'None' || service.spec.clusterIPs?.[0] === 'None')
  )
}

/** The selector, when it selects at all: an empty one means that somebody else writes the slices. */
export function selectorOf(service: Service): TextMap | undefined {
  const { selector } = service.spec
  return isExternalName(service) || selector === undefined || Object.keys(selector).length === 0
    ? undefined
    : selector
}

export function isReachableFromOutside(service: Service): boolean {
  return service.spec.type === 'NodePort' || service.spec.type === 'LoadBalancer'
}

/** Defaulted by the API server: TCP. */
export function protocolOf(port: ServicePort): string {
  return port.protocol ?? 'TCP'
}

/** Defaulted by the API server: targetPort is the port. */
export function targetPortOf(port: ServicePort): number | string {
  const { targetPort } = port
  return targetPort === undefined || targetPort === 0 || targetPort === '' ? port.port : targetPort
}

export type IpFamily = 'IPv4' | 'IPv6'

/** The family that a client meets first. */
export function primaryFamily(service: Service): IpFamily {
  const [family] = service.spec.ipFamilies ?? []
  if (family !== undefined) return family === 'IPv6' ? 'IPv6' : 'IPv4'
  return service.spec.clusterIP?.includes(':') === true ? 'IPv6' : 'IPv4'
}

/** A port as people write it: `http 80/TCP`, or `80/TCP`. */
export function portText(port: ServicePort): string {
  const number = `${port.port}/${protocolOf(port)}`
  return port.name === '' ? number : `${port.name} ${number}`
}

/** Field path of a Service port. */
export function portField(service: Service, port: ServicePort): string {
  return `spec.ports[${Math.max(service.spec.ports.indexOf(port), 0)}]`
}
