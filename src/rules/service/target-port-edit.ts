import type { Edit } from '../../network/edit.ts'
import { pointer } from '../../network/edit.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'

/** The edit that gives a Service port another field: JSON pointers name ports by their index. */
export function editPort(
  service: Service,
  port: ServicePort,
  field: 'targetPort' | 'protocol',
  value: number | string,
): Edit {
  const index = Math.max(service.spec.ports.indexOf(port), 0)
  const op = port[field] === undefined ? 'add' : 'replace'
  return {
    kind: 'patch',
    reference: referenceTo(service),
    operations: [{ op, path: pointer('spec', 'ports', index, field), value }],
  }
}
