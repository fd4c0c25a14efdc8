import type { ObjectReference } from '../../snapshot/snapshot.ts'

/** Where the address of a dial is written, exactly enough to mend it. */
export interface DialSource {
  /** The workload or the ConfigMap that holds the text. */
  readonly object: ObjectReference
  /** Field of the object, such as `spec.template.spec.containers[0].env[2].value` or `data["app.yaml"]`. */
  readonly field: string
  readonly kind: 'env' | 'args' | 'command' | 'config-map'
  readonly container?: string | undefined
  /** The environment variable, or the ConfigMap key. */
  readonly key?: string | undefined
  /** The environment variable that brings a ConfigMap key into the container. */
  readonly variable?: string | undefined
  /** The whole text of the field as written: untrusted, may hold a password. */
  readonly value: string
  /** Where the address starts and ends in {@link value}: host, with port when it is written beside it. */
  readonly span: readonly [start: number, end: number]
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
