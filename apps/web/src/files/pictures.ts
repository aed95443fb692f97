import { useEffect, useSyncExternalStore } from 'react'
import { ApiProblem, findFile, readFile } from '../api/call.ts'
import { thumbnailOf } from './thumbnail.ts'

/** What is known of a file on the server. `url`: its likeness as a data: address, null where there is none to show; `gone`: the server has its bytes no more. */
type Picture = { url: string | null; gone: boolean }

const pictures = new Map<string, Picture>()
const asked = new Set<string>()
const listeners = new Set<() => void>()

/** The likeness of a file on the server, asked for when it is not known. Null until then, and while the server is not reached. */
export function usePicture(uploadId: string | null, type: string): Picture | null {
  const picture = useSyncExternalStore(subscribe, () => (uploadId === null ? null : (pictures.get(uploadId) ?? null)))
  useEffect(() => {
    if (uploadId !== null) void load(uploadId, type)
  }, [uploadId, type])
  return picture
}

/** What this browser has just sent need not be fetched again. */
export function rememberPicture(uploadId: string, url: string | null): void {
  pictures.set(uploadId, { url, gone: false })
}

async function load(uploadId: string, type: string): Promise<void> {
  if (pictures.has(uploadId) || asked.has(uploadId)) return
  asked.add(uploadId)
  try {
    pictures.set(uploadId, { url: await likenessOf(`/uploads/${uploadId}`, type), gone: false })
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) pictures.set(uploadId, { url: null, gone: true })
  } finally {
    asked.delete(uploadId)
    for (const listener of listeners) listener()
  }
}

async function likenessOf(path: string, type: string): Promise<string | null> {
  if (!type.startsWith('image/')) return (await findFile(path), null)
  const file = await readFile(path)
  try {
    return thumbnailOf(await createImageBitmap(file), type)
  } catch {
    return null
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
