import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const rulesFolder = 'src/rules'

/** Ids of the rules that have a file, sorted: a file that declares one by `export default defineRule`. */
export function ruleIds(): readonly string[] {
  return readdirSync(rulesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((area) =>
      readdirSync(join(rulesFolder, area.name))
        .filter((file) =>
          readFileSync(join(rulesFolder, area.name, file), 'utf8').includes('export default defineRule'),
        )
        .map((file) => `${area.name}/${file.replace(/\.ts$/, '')}`),
    )
    .sort()
}
