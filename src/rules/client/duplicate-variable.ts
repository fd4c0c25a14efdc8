import { scan } from '../../network/references/scan.ts'
import { place } from '../../network/traffic/place.ts'
import type { Container, EnvVar } from '../../snapshot/kinds/pod-spec.ts'
import { defineRule } from '../rule.ts'
import { say, type Text } from '../text.ts'
import { severityFor } from './dialled.ts'

export default defineRule({
  id: 'client/duplicate-variable',
  title: 'Address in a variable that is set twice',
  subject: 'Client',
  severity: 'warning',
  docs: {
    means:
      'Only the last one counts. Whoever mends the first sees no change, and server-side apply and some tools merge by name ' +
      'and keep either.',
    why: 'A patch, a chart or a copy added the variable again instead of changing it.',
    proof:
      'Two entries of one name in `env` of a container, with different values, of which one is an address.',
    fix: 'Take the entry out that is not meant.',
    falseAlarmWhen: 'Equal values, and values without an address: then it is silent.',
  },
  check(workload) {
    const { spec, specPath, reference } = workload
    return [...spec.containers, ...spec.initContainers].flatMap((container) => {
      const list = spec.containers.includes(container) ? 'containers' : 'initContainers'
      const path = `${specPath}.${list}[${spec[list].indexOf(container)}]`
      return twice(container).map(({ first, last, name }) => {
        const [overruled, counts] = [container.env[first], container.env[last]]
        return {
          proof: 'proven' as const,
          severity: severityFor(workload, 'warning'),
          place: place.client(workload),
          summary: say`${reference} sets variable ${name} of container ${container.name} twice: ${addressIn(counts) ?? say`the last value`} counts, ${addressIn(overruled) ?? say`the first value`} does not`,
          evidence: [
            { reference, field: `${path}.env[${first}].name`, value: name },
            { reference, field: `${path}.env[${last}].name`, value: name },
          ],
          advice: [
            say`take the entry out that is not meant: kubectl -n ${workload.namespace} edit ${reference.kind.toLowerCase()}/${reference.name}`,
          ],
        }
      })
    })
  },
})

interface Twice {
  readonly name: string
  readonly first: number
  readonly last: number
}

function twice({ env }: Container): readonly Twice[] {
  const known = new Map<string, number>()
  const found = new Map<string, Twice>()
  for (const [index, { name }] of env.entries()) {
    const first = known.get(name)
    if (first === undefined) known.set(name, index)
    else found.set(name, { name, first, last: index })
  }
  return [...found.values()].filter(({ first, last }) => {
    const [one, other] = [env[first], env[last]]
    // What else stands in the values is nobody's business here.
    return one !== undefined && other !== undefined && addressOf(one) !== addressOf(other)
  })
}

/** The address in a value: what stands around it may hold a password. */
function addressOf({ name, value = '' }: EnvVar): string | undefined {
  const [found] = scan(value, { key: name, mode: 'value' })
  if (found === undefined) return undefined
  return found.port === undefined ? found.host : `${found.host}:${found.port}`
}

function addressIn(variable: EnvVar | undefined): Text | undefined {
  const address = variable && addressOf(variable)
  return address === undefined ? undefined : say`${address}`
}
