import type { JsonObject } from '../world/item.ts'

/** A record that is not a post: a like, a threadgate, a profile. */
export type StoredRecord = { uri: string; cid: string; value: JsonObject }

/** The brand's records that are not posts, by at-uri. */
export class Records {
  #byUri = new Map<string, StoredRecord>()
  #shownLikes = new Map<string, string>()

  /** The record at this at-uri. */
  get(uri: string): StoredRecord | undefined {
    return this.#byUri.get(uri)
  }

  /** Stores a record over what was there. */
  put(record: StoredRecord): void {
    this.#byUri.set(record.uri, record)
  }

  /** Takes a record away and returns it. */
  remove(uri: string): StoredRecord | undefined {
    const record = this.#byUri.get(uri)
    this.#byUri.delete(uri)
    return record
  }

  /** All records of one collection of a repo. */
  of(repo: string, collection: string): StoredRecord[] {
    const start = `at://${repo}/${collection}/`
    return [...this.#byUri.values()].filter((record) => record.uri.startsWith(start))
  }

  /** The brand's like of a post, if there is one. */
  likeOf(repo: string, subjectUri: string): StoredRecord | undefined {
    return this.of(repo, 'app.bsky.feed.like').find(({ value }) => {
      const subject = value['subject'] as { uri?: unknown } | undefined
      return subject?.uri === subjectUri
    })
  }

  /** The brand's like as views show it, which are some seconds behind; `late`: as they showed it the last time that they were not. */
  shownLikeOf(repo: string, subjectUri: string, late: boolean): string | undefined {
    if (late) return this.#shownLikes.get(subjectUri)
    const uri = this.likeOf(repo, subjectUri)?.uri
    if (uri === undefined) this.#shownLikes.delete(subjectUri)
    else this.#shownLikes.set(subjectUri, uri)
    return uri
  }

  /** The replies that the brand's threadgate on a root post hides. */
  hiddenBelow(repo: string, rootUri: string): string[] {
    const rkey = rootUri.split('/').at(-1) ?? ''
    const gate = this.#byUri.get(`at://${repo}/app.bsky.feed.threadgate/${rkey}`)
    const hidden = gate?.value['hiddenReplies']
    return Array.isArray(hidden) ? hidden.filter((uri) => typeof uri === 'string') : []
  }

  /** Every record, to be saved. */
  all(): StoredRecord[] {
    return [...this.#byUri.values()]
  }

  /** Takes up what was saved. */
  restore(records: StoredRecord[]): void {
    this.#byUri = new Map(records.map((record) => [record.uri, record]))
  }

  /** Forgets all. */
  clear(): void {
    this.#shownLikes.clear()
    this.#byUri.clear()
  }
}
