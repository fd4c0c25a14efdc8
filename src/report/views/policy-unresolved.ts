import type { Unresolved } from '../../diagnosis/reach/unresolved.ts'
import type { Row } from '../document.ts'
import { escapeText, shellQuote } from '../escape.ts'
import { objectText } from '../policy-ends.ts'
import { resourceName } from '../words.ts'

/**
 * That a client cannot resolve names, whatever the verdict about addresses is.
 *
 * @param asked how this command is started on the same input: `kubectl netdoctor policy -f FILE`
 */
export function unresolvedRow({ workload, names }: Unresolved, asked: string): Row {
  const { reference } = workload
  const server =
    names.asks.is === 'service'
      ? objectText(names.asks.reference, reference.namespace)
      : 'address' in names.asks
        ? escapeText(names.asks.address)
        : undefined
  const what =
    names.udp === 'partly'
      ? ' cannot resolve every name: some lookups are'
      : ' cannot resolve names: lookups are'
  const to = server === undefined ? '' : ` (${server})`
  return {
    label: 'names',
    tone: 'bad',
    lines: [
      {
        text: `${escapeText(reference.name)}${what} denied${to}. Whatever is said here is about addresses: what it dials by name fails before`,
      },
      ...(server === undefined
        ? []
        : [
            {
              command: `${asked} --from ${shellQuote(`${reference.namespace}/${resourceName(reference)}`)} --to ${shellQuote(`${server.includes(':') ? `[${server}]` : server}:53/UDP`)}`,
            },
          ]),
    ],
  }
}
