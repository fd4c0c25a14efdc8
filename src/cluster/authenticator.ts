import type { Clock } from './clock.ts'
import type { Connection } from './connection.ts'
import { type CredentialSources, type Credentials, isRenewable, resolveCredentials } from './credentials.ts'

/** Holds the credentials of a session and renews them; requests that run at once share one renewal. */
export interface Authenticator {
  /** The credentials to use now: new ones when those before have expired. */
  current(): Promise<Credentials>
  /** Tells that the server took these: they may be renewed again when it refuses them later. */
  accepted(credentials: Credentials): void
  /**
   * Other credentials than those that the server refused; `undefined` when there are none to be had. Renewed
   * credentials that were never accepted are final: a plugin is not run again and again for the same refusal.
   */
  renewed(refused: Credentials): Promise<Credentials | undefined>
}

/**
 * Gets the first credentials at once, so that a plugin runs before many requests want it to.
 *
 * @throws as `resolveCredentials`, here and in every renewal
 */
export async function createAuthenticator(
  connection: Connection,
  sources: Omit<CredentialSources, 'nowMs'>,
  clock: Clock,
): Promise<Authenticator> {
  const resolve = (): Promise<Credentials> =>
    resolveCredentials(connection, { ...sources, nowMs: clock.now() })
  let held = await resolve()
  let staleAtMs = staleness(held, clock)
  let mayRenew = isRenewable(connection)
  let renewal: Promise<Credentials> | undefined
  const renew = (): Promise<Credentials> => {
    renewal ??= resolve()
      .then((credentials) => {
        held = credentials
        staleAtMs = staleness(held, clock)
        return credentials
      })
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }
  return {
    current: async () => renewal ?? (staleAtMs !== undefined && staleAtMs <= clock.now() ? renew() : held),
    accepted: (credentials) => {
      if (credentials === held) mayRenew = isRenewable(connection)
    },
    renewed: async (refused) => {
      if (renewal !== undefined) return renewal
      if (refused !== held) return held
      if (!mayRenew) return undefined
      mayRenew = false
      const credentials = await renew()
      return isSame(credentials, refused) ? undefined : credentials
    },
  }
}

/** Credentials that are born expired (a wrong clock, here or there) are used until the server refuses them. */
function staleness({ staleAtMs }: Credentials, clock: Clock): number | undefined {
  return staleAtMs !== undefined && staleAtMs > clock.now() ? staleAtMs : undefined
}

function isSame(a: Credentials, b: Credentials): boolean {
  return a.authorization === b.authorization && a.tls?.cert === b.tls?.cert && a.tls?.key === b.tls?.key
}
