/** What a template of an answer may mention. */
export interface TemplateFacts {
  readonly name: string
  readonly type: string
  readonly zone: string
  /** The groups of the match, and their names. */
  readonly groups: readonly string[]
  readonly names: readonly string[]
}

/**
 * Fills in the plain references of a Go template: `{{ .Name }}`, `{{ .Zone }}`, `{{ .Type }}`, `{{ .Class }}`,
 * `{{ .Group.x }}`, `{{ index .Match 1 }}`, `{{ index .Group "1" }}`.
 *
 * @returns `undefined` for a template that does more than that
 */
export function fillTemplate(text: string, facts: TemplateFacts): string | undefined {
  let isUnderstood = true
  const filled = text.replace(/\{\{-?([^{}]{0,200})-?\}\}/g, (_, inner: string) => {
    const value = referred(inner.trim(), facts)
    if (value === undefined) isUnderstood = false
    return value ?? ''
  })
  return isUnderstood && !filled.includes('{{') ? filled : undefined
}

function referred(reference: string, { name, type, zone, groups, names }: TemplateFacts): string | undefined {
  const plain: ReadonlyMap<string, string> = new Map([
    ['.Name', name],
    ['.Zone', zone],
    ['.Type', type],
    ['.Class', 'IN'],
  ])
  const known = plain.get(reference)
  if (known !== undefined) return known
  const numbered = /^index \.(?:Match|Group) "?(\d{1,3})"?$/.exec(reference)
  if (numbered !== null) return groups[Number(numbered[1])]
  const named = /^(?:\.Group\.(\w{1,60})|index \.Group "(\w{1,60})")$/.exec(reference)
  if (named === null) return undefined
  const at = names.indexOf(named[1] ?? named[2] ?? '')
  return at === -1 ? undefined : groups[at]
}
