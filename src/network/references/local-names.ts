/**
 * Names that a configuration gives to groups of servers, and that its other lines use like hosts: nginx's
 * `upstream NAME {`, HAProxy's `backend NAME`.
 */
export function localNames(texts: Iterable<string>): ReadonlySet<string> {
  const names = new Set<string>()
  for (const text of texts) {
    if (!text.includes('upstream') && !text.includes('backend')) continue
    for (const match of text.matchAll(
      /(?:^|\n)[ \t]{0,40}(?:upstream|backend)[ \t]{1,40}([\w.-]{1,100})[ \t]{0,40}[\r\n{]/g,
    )) {
      names.add((match[1] ?? '').toLowerCase())
    }
  }
  return names
}
