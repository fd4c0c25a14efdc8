import { keyWords } from './key-words.ts'

const negative = new Set(['false', '0', 'no', 'off', 'disabled', 'n', 'f'])
const positive = new Set(['true', '1', 'yes', 'on', 'enabled', 'y', 't'])

/**
 * Features that variables switch off: `TRACING_ENABLED=false`, `ENABLE_TRACING=0`, `TRACING_DISABLED=true`.
 *
 * @returns whether a variable belongs to one of them, by the words that its name starts with
 */
export function switchedOff(
  variables: Iterable<readonly [name: string, value: string]>,
): (name: string) => boolean {
  const features: string[] = []
  for (const [name, value] of variables) {
    const feature = featureOf(name, value.trim().toLowerCase())
    if (feature !== undefined && feature !== '') features.push(feature)
  }
  if (features.length === 0) return () => false
  return (name) => {
    const own = `${keyWords(name).join(' ')} `
    return features.some((feature) => own.startsWith(`${feature} `))
  }
}

function featureOf(name: string, value: string): string | undefined {
  const isNo = negative.has(value)
  if (!isNo && !positive.has(value)) return undefined
  const words = keyWords(name)
  const first = words[0] ?? ''
  const last = words.at(-1) ?? ''
  const asksOff = isNo ? ['enabled', 'enable'] : ['disabled', 'disable']
  // The SDK of OpenTelemetry reads all of OTEL_* and has its switch at OTEL_SDK_DISABLED.
  if (asksOff.includes(last))
    return words
      .slice(0, -1)
      .filter((word, index) => !(index === 1 && word === 'sdk'))
      .join(' ')
  return asksOff.includes(first) ? words.slice(1).join(' ') : undefined
}
