import { gunzipSync } from 'node:zlib'
import { Network } from '../network/network.ts'
import { scanView } from '../report/views/scan.ts'
import { loadFiles } from '../snapshot/files/load.ts'
import { answer } from './answer.ts'
import { defineCommand } from './command.ts'
import { printFlags } from './options.ts'

const namespace = 'velocitytech-prod'

export const demo = defineCommand({
  usage: 'demo',
  describe: 'diagnose the built-in incident',
  flags: (yargs) => printFlags(yargs),
  run: async (args, terminal) => {
    const { default: recording } = await import('../../fixtures/velocitytech/incident.json.gz')
    const content = new TextDecoder().decode(gunzipSync(recording))
    const { snapshot } = loadFiles([{ file: 'the built-in incident', content }], {
      isComplete: false,
      defaultNamespace: namespace,
    })
    await answer(
      { kind: 'scan', namespaces: [namespace] },
      { snapshot, namespace },
      Network.of(snapshot),
      { ...args, 'fail-on': 'never', strict: false, logs: false },
      terminal,
      (diagnosis, _, options) => scanView(diagnosis, options),
    )
    return 0
  },
})
