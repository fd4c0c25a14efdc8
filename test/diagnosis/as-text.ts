/** A value as JSON, to compare two of them: addresses in it are numbers that JSON does not know. */
export function asText(value: unknown, leaveOut?: string): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (key !== '' && key === leaveOut) return undefined
    return typeof item === 'bigint' ? `${item}n` : item
  })
}
