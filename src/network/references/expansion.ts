import type { Replacement, WrittenText } from './written-text.ts'

/** Stands for a value that no object shows (a Secret's, a pod's own address): in no host name, and in no delimiter. */
export const hidden = '\uE000'

/**
 * What a variable stands for: its text, {@link hidden}, characters that are written nowhere (what the kubelet sets), or
 * `undefined` when there is no such variable.
 */
export type Lookup = (name: string) => WrittenText | string | undefined

/**
 * Expands `$(VAR)` as the kubelet does in env values, command and args: `$$` is `$`, an unknown variable stays as
 * written, nothing is expanded twice. Source: k8s.io/kubernetes/third_party/forked/golang/expansion.
 */
export function expandReferences(text: WrittenText, lookup: Lookup): WrittenText {
  const source = text.text
  const replacements: Replacement[] = []
  let at = source.indexOf('$')
  while (at !== -1 && at + 1 < source.length) {
    let end = at + 2
    if (source[at + 1] === '$') {
      replacements.push({ start: at, end, by: '$' })
    } else if (source[at + 1] === '(') {
      const close = source.indexOf(')', end)
      if (close === -1) break
      const by = lookup(source.slice(end, close))
      end = close + 1
      if (by !== undefined) replacements.push({ start: at, end, by })
    }
    at = source.indexOf('$', end)
  }
  return replacements.length === 0 ? text : text.replace(replacements)
}

/** How scripts learn the namespace of their pod. */
const namespaceCommands =
  /(?:\$\([ ]?cat |`cat )\/var\/run\/secrets\/kubernetes\.io\/serviceaccount\/namespace[ ]?[)`]/g

/**
 * The script with the namespace of its pod in place of the commands that read it, and with the values of variables that
 * the script itself sets once, to a plain text.
 */
export function expandScript(text: WrittenText, namespace: string, lookup: Lookup): WrittenText {
  const commands = [...text.text.matchAll(namespaceCommands)].map(
    ({ index, 0: whole }): Replacement => ({ start: index, end: index + whole.length, by: namespace }),
  )
  const script = commands.length === 0 ? text : text.replace(commands)
  const own = variablesOf(script)
  return expandShell(script, (name) => own.get(name) ?? lookup(name))
}

/** Variables that a script sets in one place only. */
function variablesOf(script: WrittenText): ReadonlyMap<string, WrittenText> {
  const found = new Map<string, WrittenText | undefined>()
  const pattern =
    /(?:^|[\n;&|(]|\bthen |\bdo |\bexport )[ \t]{0,20}([A-Za-z_]\w{0,100})=(?:"([^"$`\n]{0,300})"|'([^'\n]{0,300})'|([^\s"'$`;&|()]{0,300}))(?=[\s;&|)]|$)/g
  for (const { index, 0: whole, 1: name = '', 2: double, 3: single, 4: plain } of script.text.matchAll(
    pattern,
  )) {
    const value = double ?? single ?? plain ?? ''
    const end = index + whole.length - (plain === undefined ? 1 : 0)
    found.set(name, found.has(name) ? undefined : script.slice(end - value.length, end))
  }
  return new Map([...found].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))
}

/**
 * Expands `$VAR`, `${VAR}` and `${VAR:-default}` as a shell does with the container's environment. Other forms, and
 * variables that only the script knows, stay as written.
 */
export function expandShell(text: WrittenText, lookup: Lookup): WrittenText {
  const source = text.text
  const replacements: Replacement[] = []
  const pattern = /\$(?:\{([A-Za-z_]\w{0,200})(?:(:?-)([^}\n$]{0,300}))?\}|([A-Za-z_]\w{0,200}))/g
  for (const match of source.matchAll(pattern)) {
    const [whole, braced, , fallback, plain] = match
    const value = lookup(braced ?? plain ?? '')
    const end = match.index + whole.length
    if (value !== undefined) replacements.push({ start: match.index, end, by: value })
    else if (fallback !== undefined) {
      // The default is written here: only what surrounds it goes away.
      const start = end - 1 - fallback.length
      replacements.push({ start: match.index, end: start, by: '' }, { start: end - 1, end, by: '' })
    }
  }
  return replacements.length === 0 ? text : text.replace(replacements)
}
