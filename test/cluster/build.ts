import { buildModule, buildPause, coreModules } from './build/binaries.ts'
import { main } from './harness/errors.ts'

await main(async () => {
  for (const module of coreModules) await buildModule(module)
  await buildPause()
})
