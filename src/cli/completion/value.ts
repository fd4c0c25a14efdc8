import type { KindName } from '../../snapshot/kinds/kinds.ts'

/** What a word may be, where the command line wants a value. */
export type Value =
  | { readonly of: 'words'; readonly words: readonly string[] }
  | { readonly of: 'files' }
  /** Names that the kubeconfig defines. */
  | { readonly of: 'kubeconfig'; readonly part: 'contexts' | 'clusters' | 'users' }
  /** Names of objects; written as TYPE/NAME where several kinds are meant. */
  | { readonly of: 'objects'; readonly kinds: readonly KindName[] }
  | { readonly of: 'anything' }

const files: Value = { of: 'files' }

/** What the values of flags are that several commands have. */
export const commonValues: Readonly<Record<string, Value>> = {
  namespace: { of: 'objects', kinds: ['Namespace'] },
  context: { of: 'kubeconfig', part: 'contexts' },
  cluster: { of: 'kubeconfig', part: 'clusters' },
  user: { of: 'kubeconfig', part: 'users' },
  kubeconfig: files,
  'certificate-authority': files,
  'client-certificate': files,
  'client-key': files,
  filename: files,
}

/** The name of a Service. */
export const serviceName: Value = { of: 'objects', kinds: ['Service'] }

/** What dials, as people name it. */
export const client: Value = {
  of: 'objects',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job'],
}

/** What is dialled, as people name it. */
export const destination: Value = { of: 'objects', kinds: ['Service', 'Deployment', 'StatefulSet'] }
