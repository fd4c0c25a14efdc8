import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { ZoneName } from './corefile/zones.ts'

/** What a resolver may ask for. */
export type RecordType = 'A' | 'AAAA' | 'SRV'

/** Why there is no record. */
export type Absence =
  | 'no-such-service'
  | 'no-such-namespace'
  | 'namespace-left-out'
  | 'service-left-out'
  | 'empty-service-left-out'
  | 'no-ready-endpoint'
  | 'no-such-endpoint'
  | 'no-such-port'
  | 'no-such-pod'
  | 'pods-switched-off'
  | 'external-name-is-address'
  | 'external-name-cycle'
  | 'external-name-dead'
  | 'other-family'
  | 'no-name-of-the-schema'
  | 'by-configuration'
  | 'nobody-answers'

/** A plugin that had a part in an answer, and where it stands in its Corefile. */
export interface By {
  readonly plugin: string
  readonly line: number
}

export interface ServiceRecord {
  readonly port: number
  readonly target: string
}

/** One answer of a server, or what we can say about it. */
export interface Answer {
  /**
   * found: there are records. nodata: the name exists, without records of this type. external: it is asked for outside of the
   * cluster, and only there it is known what comes back. unknown: objects were not read, or do not tell.
   */
  readonly is: 'found' | 'nodata' | 'nxdomain' | 'servfail' | 'external' | 'unknown'
  readonly addresses: readonly string[]
  readonly records: readonly ServiceRecord[]
  /** Names that the question was sent on to, by CNAME records. */
  readonly aliases: readonly ZoneName[]
  /** Changes of the question by the server's configuration, in order. */
  readonly rewrites: readonly { readonly line: number; readonly from: ZoneName; readonly to: ZoneName }[]
  readonly by?: By | undefined
  /** The Service whose record it is. */
  readonly service?: Service | undefined
  /** The pods whose addresses they are, where the records are pods'. */
  readonly pods: readonly Pod[]
  readonly why?: Absence | undefined
  /** Where a question for the outside is sent: as written in the configuration. */
  readonly upstream?: readonly string[] | undefined
  readonly gaps: readonly Gap[]
}

export function answer(is: Answer['is'], more: Partial<Omit<Answer, 'is'>> = {}): Answer {
  return { is, addresses: [], records: [], aliases: [], rewrites: [], pods: [], gaps: [], ...more }
}

/** Whether a resolver stops here: at records, and musl at anything but "no such name". */
export function isRecord(given: Answer): boolean {
  return given.is === 'found'
}
