/** What was asked. It limits what problems are about, never what is read to reach a verdict. */
export type Question =
  | { readonly kind: 'scan'; readonly namespaces: 'all' | readonly string[] }
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string }
  /** `workload` is the key of a workload: `Kind/namespace/name`. */
  | { readonly kind: 'from'; readonly namespace: string; readonly workload: string }
  /** An address or a name: whose it is, and who dials it. A name is read as pods of these namespaces read it. */
  | {
      readonly kind: 'what'
      readonly host: string
      readonly address?: 4 | 6 | undefined
      readonly port?: number | undefined
      readonly namespaces: readonly string[]
    }
  /** Routes from outside: all of these namespaces, or some of them by key. */
  | {
      readonly kind: 'routes'
      readonly namespaces: 'all' | readonly string[]
      readonly keys?: readonly string[] | undefined
    }
