import { serviceCandidates } from '../../network/dns/names.ts'
import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { say } from '../text.ts'

/** The entry of `hostAliases` that gives an address to a name that is dialled. */
export interface UsedAlias {
  readonly ip: string
  readonly field: string
  readonly index: number
}

/** The alias that a connection by name goes by; `undefined` for one by address, and where no alias has the name. */
export function aliasUsed(
  { host, address }: Connection,
  { spec, specPath }: Workload,
): UsedAlias | undefined {
  if (address !== undefined) return undefined
  const index = spec.hostAliases.findIndex(({ hostnames }) =>
    hostnames.some((name) => name.toLowerCase() === host),
  )
  const ip = spec.hostAliases[index]?.ip
  return ip === undefined ? undefined : { ip, field: `${specPath}.hostAliases[${index}].ip`, index }
}

/** The address that a connection ends at: as it is dialled, or as an alias has it. */
export function addressDialled(connection: Connection, workload: Workload): string {
  return aliasUsed(connection, workload)?.ip ?? connection.host
}

/** The field of an alias, where one decides. */
export function aliasEvidence(connection: Connection, workload: Workload): readonly Evidence[] {
  const alias = aliasUsed(connection, workload)
  return alias === undefined ? [] : [{ reference: workload.reference, field: alias.field, value: alias.ip }]
}

/** How to get rid of an alias: without it the name means the Service that is called so, if there is one. */
export function withoutAlias(
  { host }: Connection,
  { index, ip }: UsedAlias,
  workload: Workload,
  network: Network,
): Pick<FindingDraft, 'fix' | 'advice'> {
  const name = serviceCandidates(host, workload.namespace)
  const isService = name !== undefined && network.services.get(name.namespace, name.service).items.length > 0
  const { reference, spec, specPath } = workload
  const isFixed = reference.kind === 'Pod' || reference.kind === 'Job'
  if (!isService || isFixed)
    return { advice: [say`take ${ip} out of hostAliases, and dial the Service that is meant by its name`] }
  const path = [...specPath.split('.'), 'hostAliases']
  // An empty list is not what was there before the first alias.
  const steps = spec.hostAliases.length > 1 ? [...path, String(index)] : path
  return {
    fix: {
      edits: [{ kind: 'patch', reference, operations: [{ op: 'remove', path: pointer(...steps) }] }],
      note: say`Without the alias ${host} is the Service.`,
    },
  }
}
