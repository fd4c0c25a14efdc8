import { rename, writeFile } from 'node:fs/promises'

const unfinished = '.unfinished'

/** Writes the file at once: whoever reads it, after a kill at any moment, finds all of it or what was there before. */
export async function writeWhole(file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}${unfinished}`
  await writeFile(temporary, content)
  await rename(temporary, file)
}

/** Whether a kill left this file of writeWhole behind. */
export function isUnfinished(file: string): boolean {
  return file.endsWith(unfinished)
}
