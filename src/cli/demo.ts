import { Network } from '../network/network.ts'
import { scanView } from '../report/views/scan.ts'
import { loadFiles } from '../snapshot/files/load.ts'
import { answer } from './answer.ts'
import { builtInIncident, builtInNamespace as namespace } from './built-in.ts'
import { defineCommand } from './command.ts'
import { printFlags } from './options.ts'

export const demo = defineCommand({
  usage: 'demo',
  describe: 'diagnose the built-in incident',
  examples: [['kubectl netdoctor demo svc payment-service', 'any question, of the built-in incident']],
  flags: (yargs) => printFlags(yargs),
  run: async (args, terminal) => {
    const { snapshot } = loadFiles([await builtInIncident()], {
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
