import { KnownError } from '../snapshot/known-error.ts'

/** Whom to act as, by the flags `--as...` or the fields `as...` of a kubeconfig user. */
export interface Impersonation {
  readonly user?: string | undefined
  readonly groups: readonly string[]
  readonly uid?: string | undefined
  readonly extra: ReadonlyMap<string, readonly string[]>
}

export const nobodyElse: Impersonation = { groups: [], extra: new Map() }

/** Whether anybody is to be impersonated. */
export function isImpersonating({ user, groups, uid, extra }: Impersonation): boolean {
  return user !== undefined || groups.length > 0 || uid !== undefined || extra.size > 0
}

/**
 * Flags over a kubeconfig user, each part on its own, as client-go merges them: `--as` alone keeps the file's groups.
 *
 * @throws KnownError when groups, uid or extra are given without a user
 */
export function mergeImpersonation(file: Impersonation, flags: Impersonation): Impersonation {
  const merged = {
    user: flags.user ?? file.user,
    groups: flags.groups.length > 0 ? flags.groups : file.groups,
    uid: flags.uid ?? file.uid,
    extra: new Map([...file.extra, ...flags.extra]),
  }
  if (merged.user === undefined && isImpersonating(merged)) {
    throw new KnownError(
      'IMPERSONATION',
      'groups, a uid or extra values can only be impersonated together with a user: add --as',
    )
  }
  return merged
}

/**
 * Parses the values of `--as-user-extra`: `key=value`, a key may come several times.
 *
 * @throws KnownError for a value without `=`
 */
export function parseExtra(values: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const extra = new Map<string, readonly string[]>()
  for (const entry of values) {
    const at = entry.indexOf('=')
    if (at < 1) throw new KnownError('IMPERSONATION', `--as-user-extra "${entry}" is not NAME=VALUE`)
    const key = entry.slice(0, at)
    extra.set(key, [...(extra.get(key) ?? []), entry.slice(at + 1)])
  }
  return extra
}

/** The headers that carry it (client-go, transport/round_trippers.go); a list is sent as repeated headers. */
export function impersonationHeaders({
  user,
  groups,
  uid,
  extra,
}: Impersonation): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  if (user === undefined) return headers
  headers['impersonate-user'] = user
  if (uid !== undefined) headers['impersonate-uid'] = uid
  if (groups.length > 0) headers['impersonate-group'] = [...groups]
  for (const [key, values] of extra) headers[`impersonate-extra-${escapeKey(key)}`] = [...values]
  return headers
}

/** Everything that may not stand in the name of a header, and the percent sign itself, as UTF-8 bytes in percent form. */
function escapeKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const letter = String.fromCharCode(byte)
      return /[A-Za-z0-9!#$&'*+\-.^_`|~]/.test(letter)
        ? letter
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
