import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'client/service-in-other-namespace',
  fault: 'the client dials a short name; the Service lives in another namespace',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'VAULT_URL' },
  feels: 'nxdomain',
  mend: 'printed',
  arrange: async (stage) => {
    const other = await stage.openAnother('other')
    await other.apply(server({ name: 'vault' }), service('vault', { app: 'vault' }))
    await stage.apply(client('curl', { VAULT_URL: 'http://vault' }))
    await stage.ready('deployment/curl')
    await other.ready('deployment/vault')
  },
} satisfies TruthCase
