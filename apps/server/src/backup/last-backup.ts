import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Notes when a backup was made, for `doctor`. That the note could not be left is no reason to doubt the backup. */
export async function noteBackup(dataDir: string, madeAt: string): Promise<void> {
  await writeFile(pathOf(dataDir), `${madeAt}\n`, { mode: 0o600 }).catch(() => {})
}

/** When the last backup was made from this data folder; null when none was, as far as it knows. */
export function lastBackupAt(dataDir: string): Date | null {
  return existsSync(pathOf(dataDir)) ? new Date(readFileSync(pathOf(dataDir), 'utf8').trim()) : null
}

function pathOf(dataDir: string): string {
  return join(dataDir, 'last-backup')
}
