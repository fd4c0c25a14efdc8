import { isRecord, record, text } from './kinds/json.ts'
import { type KubeObject, parseObject } from './kinds/kinds.ts'
import { isSecretKey, masked, maskUserinfo, maskWords } from './mask-text.ts'

/** What stands for a value that may hold a password, by the place where it is written. */
export interface ValueMasks {
  /** The literal value of an environment variable. */
  readonly env: (value: string, name: string) => string
  /** The words of `command` or `args`. */
  readonly words: (words: readonly string[], field: 'command' | 'args') => readonly string[]
  /** The text under one key of a ConfigMap. */
  readonly file: (key: string, text: string, configMap: ObjectName) => string
}

export interface ObjectName {
  readonly name: string
  readonly namespace?: string | undefined
}

/** The object with its values masked by `masks`, and every other text by {@link maskUserinfo}. */
export function maskObject(object: KubeObject, masks: ValueMasks): readonly KubeObject[] {
  const copy = maskRecord(object, '', masks)
  const data =
    object.kind === 'ConfigMap'
      ? {
          data: mapValues(object.data, (value, key) =>
            typeof value === 'string' ? masks.file(key, value, object.metadata) : value,
          ),
        }
      : {}
  const parsed = parseObject({ ...copy, ...data })
  return parsed === undefined ? [] : [parsed]
}

function maskValue(value: unknown, key: string, parent: string, masks: ValueMasks): unknown {
  if (typeof value === 'string') return maskUserinfo(value)
  if (key === 'annotations') return mapValues(record(value), maskAnnotation)
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    if (key === 'env') return items.map((item) => maskVariable(item, masks))
    if (key === 'command' || key === 'args') {
      const words = items.filter((item) => typeof item === 'string')
      return parent === 'exec' ? maskWords(words) : masks.words(words, key)
    }
    return items.map((item) => maskValue(item, '', key, masks))
  }
  return isRecord(value) ? maskRecord(value, key, masks) : value
}

function maskRecord(value: object, key: string, masks: ValueMasks): Readonly<Record<string, unknown>> {
  return mapValues(value, (child, name) => maskValue(child, name, key, masks))
}

function maskVariable(variable: unknown, masks: ValueMasks): unknown {
  const value = text(record(variable)['value'])
  // An empty value is the same as none, and says nothing.
  return value === undefined || value === ''
    ? variable
    : { ...record(variable), value: masks.env(value, text(record(variable)['name']) ?? '') }
}

function maskAnnotation(value: unknown, key: string): unknown {
  if (typeof value !== 'string') return value
  return isSecretKey(key) ? masked : maskUserinfo(value)
}

/** Without a prototype, so that a key called `__proto__` stays a key. */
function mapValues(
  value: object,
  map: (child: unknown, key: string) => unknown,
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = Object.create(null)
  for (const [key, child] of Object.entries(value)) result[key] = map(child, key)
  return result
}
