import { record, type TextMap, text, textMap } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'

/** A Secret without its secrets: which keys it has, and its public certificate. */
export interface Secret extends KubeObjectBase<'Secret'> {
  readonly type: string
  /** Every key with an empty text in place of its value; only `tls.crt`, which each client is shown anyway, is kept (base64). */
  readonly data: TextMap
}

const publicKeys: ReadonlySet<string> = new Set(['tls.crt'])

export const secret = defineKind<'Secret', Secret>({
  kind: 'Secret',
  group: '',
  versions: ['v1'],
  plural: 'secrets',
  namespaced: true,
  isReadByName: true,
  parse(json, base) {
    const written = { ...record(json['stringData']), ...record(json['data']) }
    const data = Object.entries(written).map(([key, value]) => [
      key,
      publicKeys.has(key) ? (text(value) ?? '') : '',
    ])
    return { ...base, type: text(json['type']) ?? 'Opaque', data: textMap(Object.fromEntries(data)) }
  },
})
