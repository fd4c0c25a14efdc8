import { tearDown } from './harness/cluster.ts'
import { main } from './harness/errors.ts'
import { withLock } from './harness/lock.ts'

await main(async () => {
  await withLock(tearDown)
  console.log('the test cluster is down')
})
