import { isRecord } from '../kinds/json.ts'

const timeField = /(Timestamp|Time|At|^time)$/
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** The newest time that any object mentions: the best guess at when a dump was taken. `undefined` when there is none. */
export function newestTime(value: unknown): string | undefined {
  let newest: string | undefined
  const look = (item: unknown): void => {
    if (Array.isArray(item)) item.forEach(look)
    else if (isRecord(item)) {
      for (const [key, child] of Object.entries(item)) {
        if (typeof child !== 'string') look(child)
        else if (
          timeField.test(key) &&
          rfc3339.test(child) &&
          (newest === undefined || Date.parse(child) > Date.parse(newest))
        )
          newest = child
      }
    }
  }
  look(value)
  return newest
}
