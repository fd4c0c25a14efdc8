import { client } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { app, denied, fence, intoApi, namespaceNamed } from '../fence.ts'

export default {
  rule: 'policy/and-or-peer-slip',
  fault: 'a namespaceSelector and a podSelector in one item where two were meant',
  question: [],
  dial: { url: 'http://api/' },
  ...denied,
  mend: async (stage) => {
    const join = '/spec/ingress/0/from'
    const patch = [
      { op: 'remove', path: `${join}/0/podSelector` },
      { op: 'add', path: `${join}/-`, value: { podSelector: app('curl') } },
    ]
    await stage.kubectl('patch', 'networkpolicy', 'api-ingress', '--type=json', '-p', JSON.stringify(patch))
  },
  arrange: async (stage) => {
    const other = await stage.openAnother('monitoring')
    await other.apply(client('prometheus'))
    const both = { namespaceSelector: namespaceNamed(other.namespace), podSelector: app('curl') }
    await fence(stage, {}, intoApi({ from: [both] }))
  },
} satisfies TruthCase
