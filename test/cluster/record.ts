import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ClusterError, main } from './harness/errors.ts'
import { testCluster } from './kit/cluster.ts'
import { readObjects } from './record/read.ts'
import { stable } from './record/stable.ts'

const fixtures = resolve(import.meta.dirname, '..', '..', 'fixtures')

await main(async () => {
  const [name] = process.argv.slice(2)
  if (name === undefined)
    throw new ClusterError('usage: npm run record -- NAME   (writes fixtures/NAME.json)')
  const file = join(fixtures, `${name}.json`)
  if (!file.startsWith(`${fixtures}/`)) throw new ClusterError(`${name} lies outside the fixtures`)
  const { kubectl } = await testCluster()
  const items = stable(await readObjects(kubectl))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 1)}\n`)
  console.log(`${items.length} objects in ${file}`)
})
