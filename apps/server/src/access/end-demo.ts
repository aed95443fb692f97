import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demoEndedFile } from '../env.ts'

/** Says to every later start in this folder that the demo is over: what runs here is the real thing, also without `DEMO=off`. */
export async function endDemo(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await writeFile(join(dataDir, demoEndedFile), 'The demo was ended here. Remove this file to have it again at the next start.\n', {
    mode: 0o600,
  })
}
