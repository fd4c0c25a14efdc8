/** A version of an API going away concerns who wrote the request, and that is us, not the person at the terminal. */
const deprecation = /^\S+ \S+ is deprecated in v\d/

/** The texts of a `Warning` header (RFC 7234 section 5.5): `299 - "text"`, repeated or joined by commas. Untrusted. */
export function warningsIn(header: string | string[] | undefined): readonly string[] {
  const values = header === undefined ? [] : [header].flat()
  return values
    .flatMap((value) => [...value.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)])
    .map(([, warning = '']) => warning.replace(/\\(.)/g, '$1'))
    .filter((warning) => !deprecation.test(warning))
}
