/** What was asked. It limits what problems are about, never what is read to reach a verdict. */
export type Question =
  | { readonly kind: 'scan'; readonly namespaces: 'all' | readonly string[] }
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string }
  /** `workload` is the key of a workload: `Kind/namespace/name`. */
  | { readonly kind: 'from'; readonly namespace: string; readonly workload: string }
  /** Routes from outside: all of these namespaces, or some of them by key. */
  | {
      readonly kind: 'routes'
      readonly namespaces: 'all' | readonly string[]
      readonly keys?: readonly string[] | undefined
    }
