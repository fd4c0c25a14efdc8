import { type Text, word } from './text.ts'

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
] as const

/** A span of time as people say it: `12 s`, `5 min`, `3 h`, `2 d`, rounded down. */
export function lasting(ms: number): Text {
  const unit = units.find((item) => ms >= item.ms)
  return word(
    unit === undefined
      ? `${Math.max(Math.floor(ms / 1000), 0)} s`
      : `${Math.floor(ms / unit.ms)} ${unit.name}`,
  )
}
