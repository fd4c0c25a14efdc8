import type { ObjectReference } from '../../snapshot/snapshot.ts'

/**
 * probe and lifecycle are commands of exec handlers; host-alias is an entry of the pod's `/etc/hosts`; annotation one by
 * which a controller gives an address to a sidecar.
 */
export type DialSourceKind =
  | 'env'
  | 'args'
  | 'command'
  | 'config-map'
  | 'probe'
  | 'lifecycle'
  | 'host-alias'
  | 'annotation'

/** Where the address of a dial is written, exactly enough to mend it. */
export interface DialSource {
  /** The workload or the ConfigMap that holds the text. */
  readonly object: ObjectReference
  /** Field of the object, such as `spec.template.spec.containers[0].env[2].value` or `data["app.yaml"]`. */
  readonly field: string
  readonly kind: DialSourceKind
  readonly container?: string | undefined
  /** The environment variable, the ConfigMap key, the annotation, or the first name of a host alias. */
  readonly key?: string | undefined
  /** The environment variable that brings a ConfigMap key into the container. */
  readonly variable?: string | undefined
  /** The whole text of the field as written: untrusted, may hold a password. */
  readonly value: string
  /** Where the address starts and ends in {@link value}: host, with port when it is written beside it. */
  readonly span: readonly [start: number, end: number]
}

/** The line of a value of several lines in which the address stands, from 1; `undefined` where there is but one. */
export function lineOf({ value, span: [start] }: DialSource): number | undefined {
  if (!value.includes('\n')) return undefined
  let line = 1
  for (let at = value.indexOf('\n'); at !== -1 && at < start; at = value.indexOf('\n', at + 1)) line++
  return line
}

/** Whether the address stands in the value as it is, and is not put together from variables. */
export function isLiteral({ source: { value, span } }: Dial): boolean {
  return !value.slice(...span).includes('$')
}

/** An address that a workload will dial, as far as its objects show it. */
export interface Dial {
  /** A DNS name in lower case without final dot, or an IP address without brackets. */
  readonly host: string
  readonly address?: 4 | 6 | undefined
  /** The port as written, or the default of a known scheme; absent when neither is known. */
  readonly port?: number | undefined
  readonly portWritten: boolean
  readonly protocol: 'TCP' | 'UDP'
  readonly scheme?: string | undefined
  readonly source: DialSource
  /** Where the port is written when it does not stand beside the host: `DB_PORT`, say. */
  readonly portSource?: DialSource | undefined
}
