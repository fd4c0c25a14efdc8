import type { Client, Connection } from '../network/traffic/connection.ts'
import { escapeText } from './escape.ts'

/** `order-service`, `payment.example.com/`, `outside`, `anyone`. */
export function clientText(client: Client): string {
  switch (client.kind) {
    case 'workload':
      return escapeText(client.workload.reference.name)
    case 'route':
      return escapeText(client.backend.title)
    case 'outside':
      return 'outside'
    case 'anyone':
      return 'anyone'
  }
}

/** `payment-service:80`: what is dialled, as the client writes it. */
export function targetText({ host, port, target }: Connection): string {
  const name = escapeText(target?.service ?? host)
  const number = target?.port ?? port
  return number === undefined ? name : `${name}:${escapeText(String(number))}`
}

/** `order-service -> payment-service:80`. */
export function connectionText(connection: Connection): string {
  return `${clientText(connection.client)} -> ${targetText(connection)}`
}
