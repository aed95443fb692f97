import { createHash } from 'node:crypto'
import { imageSize } from '../http/media-type.ts'
import type { JsonObject, PlatformId } from './item.ts'

const keptBytes = 64 * 1024 * 1024
const keptFiles = 400

/** A file to be kept. `id` is the platform's own; `type` a MIME type; `alt` the description that came with it; `extra` whatever else the platform knows of it. */
type NewFile = { platform: PlatformId; id: string; type: string; name: string; bytes: Buffer; alt?: string; extra?: JsonObject }

/** A file that somebody uploaded. `key` names it in its address on the sandbox; `width` and `height` are null where it is no image. */
export type KeptFile = Required<NewFile> & { key: string; width: number | null; height: number | null; at: number }

/**
 * The files that were uploaded to the pretend platforms, at most 400 of them and 64 MB: the oldest go first. An item names its files by the platform's id
 * (`Item.media`); one whose file has gone shows without it.
 */
export class Files {
  #byKey = new Map<string, KeptFile>()
  #bytes = 0

  /** Keeps a file under the platform's id of it; one that had this id is replaced. */
  keep(file: NewFile, at: number): KeptFile {
    const { width, height } = imageSize(file.bytes) ?? { width: null, height: null }
    return this.add({ alt: '', extra: {}, ...file, key: keyOf(file.platform, file.id), width, height, at })
  }

  /** Takes up a file as it was. */
  add(file: KeptFile): KeptFile {
    this.#drop(file.key)
    this.#byKey.set(file.key, file)
    this.#bytes += file.bytes.length
    while (this.#bytes > keptBytes || this.#byKey.size > keptFiles) {
      const [oldest] = this.#byKey.keys()
      if (oldest === undefined || oldest === file.key) break
      this.#drop(oldest)
    }
    return file
  }

  /** The file with this id of the platform. */
  find(platform: PlatformId, id: string | null | undefined): KeptFile | undefined {
    return id ? this.#byKey.get(keyOf(platform, id)) : undefined
  }

  /** The file with this key. */
  byKey(key: string): KeptFile | undefined {
    return this.#byKey.get(key)
  }

  /** Every file of a platform, oldest first. */
  of(platform: PlatformId): KeptFile[] {
    return [...this.#byKey.values()].filter((file) => file.platform === platform)
  }

  /** Forgets everything. */
  clear(): void {
    this.#byKey.clear()
    this.#bytes = 0
  }

  #drop(key: string): void {
    const file = this.#byKey.get(key)
    if (!file) return
    this.#byKey.delete(key)
    this.#bytes -= file.bytes.length
  }
}

function keyOf(platform: PlatformId, id: string): string {
  return createHash('sha256').update(`${platform} ${id}`).digest('hex').slice(0, 24)
}
