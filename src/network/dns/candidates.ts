import type { ResolvConf } from './resolv-conf.ts'

/** The C library whose resolver asks: they differ in what they do with names that hold dots. */
export type Libc = 'glibc' | 'musl'

/** One name that a resolver asks for, in its turn. */
export interface Candidate {
  /** Absolute, in lower case. `undefined` stands for those of the node's search list, which no object shows. */
  readonly name?: string | undefined
  /** The domain of the search list that it was made with; absent for the name as it was given. */
  readonly search?: string | undefined
}

/** Longer lists are ignored by musl as a whole: it reads them into 256 bytes. Source: musl, network/resolvconf.c. */
const longestMuslSearch = 255

/**
 * The names that a resolver asks for in turn.
 *
 * Sources: glibc, resolv/res_query.c (`res_search`): a name with at least ndots dots is tried as it is first, and then with
 * the search list; one with fewer the other way round. musl, network/lookup_name.c: such a name is tried as it is only.
 * A final dot means the name as it is, in both. Go's own resolver does as glibc.
 */
export function candidatesOf(name: string, conf: ResolvConf, libc: Libc): readonly Candidate[] {
  const lower = name.toLowerCase()
  if (lower.endsWith('.')) return [{ name: lower }]
  const asItIs = { name: `${lower}.` }
  const dots = lower.split('.').length - 1
  const isLong = dots >= conf.ndots
  if (libc === 'musl' && (isLong || conf.searches.join(' ').length > longestMuslSearch)) return [asItIs]
  const searched = conf.searches.map(
    (search): Candidate => ({ name: search === '' ? `${lower}.` : `${lower}.${search}.`, search }),
  )
  if (conf.nodeSearchesAt !== undefined) searched.splice(conf.nodeSearchesAt, 0, {})
  return isLong ? [asItIs, ...searched] : [...searched, asItIs]
}
