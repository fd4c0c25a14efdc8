import type { Service } from '../../snapshot/kinds/service.ts'
import { editDistance, sharesWord } from '../similar.ts'

/** A Service that may be meant by a name that nobody has. */
export interface NearService {
  readonly service: Service
  /** letters: up to two letters off; word: a word in common, and the port that is dialled. */
  readonly by: 'letters' | 'word'
  readonly distance: number
}

/**
 * Services whose name is a slip away from a dialled one, nearest first. Names that differ only in digits are different
 * instances, and a word in common counts only together with the port.
 *
 * @param taken names that the client dials correctly elsewhere: those are not what it meant here
 */
export function nearServices(
  name: string,
  port: number | undefined,
  services: readonly Service[],
  taken: ReadonlySet<string>,
): readonly NearService[] {
  return services
    .flatMap((service): readonly NearService[] => {
      const other = service.metadata.name
      const distance = editDistance(name, other)
      if (distance === 0 || withoutDigits(name) === withoutDigits(other)) return []
      if (distance <= allowedSlips(name, other)) return [{ service, by: 'letters', distance }]
      const isAlike = sharesWord(name, other) || stem(name) === stem(other)
      const isMeant = port !== undefined && offers(service, port) && isAlike && !taken.has(other)
      return isMeant ? [{ service, by: 'word', distance }] : []
    })
    .sort(
      (a, b) =>
        Number(a.by === 'word') - Number(b.by === 'word') ||
        a.distance - b.distance ||
        (a.service.metadata.name < b.service.metadata.name ? -1 : 1),
    )
}

function offers(service: Service, port: number): boolean {
  return service.spec.ports.some((item) => item.port === port)
}

/** Two letters, but in a short name one: `web` and `db` are no slips of each other. */
function allowedSlips(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  return shorter > 5 ? 2 : shorter > 3 ? 1 : 0
}

/** `auth` of `auth-service` and `auth-svc`: whether a name ends so is only a habit. */
function stem(name: string): string {
  return name.replace(/-(?:service|svc)$/, '')
}

function withoutDigits(name: string): string {
  return name.replace(/[0-9]+/g, '')
}
