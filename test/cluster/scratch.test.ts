import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'vitest'
import { openStage } from './kit/stage.ts'
import { feelTheFault, type TruthCase } from './truth.ts'

const dir = join(import.meta.dirname, 'truth')
const files = (await readdir(dir)).filter((file) => file !== 'not-staged.ts').sort()
const modules = await Promise.all(
  files.map((file): Promise<{ default: TruthCase }> => import(join(dir, file))),
)
test.for(modules.map((m) => m.default))('$rule', async (truth) => {
  const stage = await openStage('scratch')
  await truth.arrange(stage)
  await feelTheFault(stage, truth)
})
