import { isRecord } from '../kinds/json.ts'

/** Fields in which a component writes when something happened. Others may lie in the future: a certificate's end, say. */
const timeFields = new Set(
  (
    'creationTimestamp time lastTransitionTime lastUpdateTime lastProbeTime lastHeartbeatTime lastScheduleTime lastScaleTime ' +
    'startTime startedAt finishedAt completionTime firstTimestamp lastTimestamp eventTime lastObservedTime renewTime'
  ).split(' '),
)
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/**
 * The newest time that any object mentions: the best guess at when a dump was taken. `undefined` when there is none.
 * Specs are not looked at (but for leases): what stands there was meant, and need not have happened.
 */
export function newestTime(objects: readonly unknown[]): string | undefined {
  let newest: string | undefined
  const seen = new Set<unknown>()
  const waiting: unknown[] = []
  const wait = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    waiting.push(value)
  }
  for (const object of objects) {
    if (!isRecord(object)) continue
    const { spec, ...rest } = object
    wait(rest)
    if (object['kind'] === 'Lease') wait(spec)
  }
  // A list of what is left instead of recursion: a file may be nested deeper than the stack.
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (Array.isArray(value)) for (const item of value) wait(item)
    else if (isRecord(value)) {
      for (const [key, child] of Object.entries(value)) {
        if (typeof child !== 'string') wait(child)
        else if (timeFields.has(key) && rfc3339.test(child) && isNewer(child, newest)) newest = child
      }
    }
  }
  return newest
}

function isNewer(time: string, than: string | undefined): boolean {
  return than === undefined || Date.parse(time) > Date.parse(than)
}
