import { stringify } from 'yaml'

/** C1 control characters: JSON allows them raw, terminals obey them. */
const controls = /[\u007f-\u009f\u2028\u2029]/g

/** A result as indented JSON that is safe to print. */
export function toJson(result: unknown): string {
  const text = JSON.stringify(result, undefined, 2)
  return `${text.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}

/** A result as YAML that is safe to print. */
export function toYaml(result: unknown): string {
  return stringify(JSON.parse(toJson(result)), { lineWidth: 110, aliasDuplicateObjects: false })
}
