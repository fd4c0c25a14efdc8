// Loaded before the program (`node --import`): writes its peak memory to a file when it ends.
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const file = process.env['NETDOCTOR_BENCH_PEAK']
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS / 1_024))
})
