import { Parser } from 'htmlparser2'
import { idOf, listOf, recordOf, textOf } from './json.ts'

/** One entry of a feed. `id` names it for good; `url` and `publishedAt` are null where they are missing or make no sense. */
export type FeedEntry = { id: string; url: string | null; title: string; publishedAt: Date | null }

const maxEntries = 200
const lastInstantMs = Date.UTC(9999, 11, 31)

/**
 * Reads RSS 0.9 to 2.0, Atom (RFC 4287) and JSON Feed 1, in the feed's order, 200 entries at most; relative links are of `feedUrl`. Null for a text that is no
 * feed. Never throws; an entry without anything to name it by is left out.
 */
export function readFeed(text: string, feedUrl: string): FeedEntry[] | null {
  const raw = text.trimStart().startsWith('{') ? readJson(text) : readXml(text)
  return raw?.slice(0, maxEntries).flatMap((each) => entryOf(each, feedUrl)) ?? null
}

/** As it stands in the feed. */
type Raw = Partial<Record<'id' | 'link' | 'title' | 'published' | 'updated', string>>

function entryOf({ id, link, title = '', published, updated }: Raw, feedUrl: string): FeedEntry[] {
  const given = link ?? (/^https?:\/\//i.test(id ?? '') ? id : undefined)
  const whole = given !== undefined && URL.canParse(given, feedUrl) ? new URL(given, feedUrl) : null
  const url = whole !== null && /^https?:$/.test(whole.protocol) ? whole.href : null
  const name = id ?? url ?? (title === '' ? null : `${title} ${published ?? ''}`)
  const at = Date.parse(published ?? updated ?? '')
  return name === null
    ? []
    : [{ id: name.slice(0, 2_000), url, title: title.slice(0, 1_000), publishedAt: at >= 0 && at <= lastInstantMs ? new Date(at) : null }]
}

function readJson(text: string): Raw[] | null {
  let feed: Record<string, unknown>
  try {
    feed = recordOf(JSON.parse(text))
  } catch {
    return null
  }
  if (!textOf(feed.version).startsWith('https://jsonfeed.org/version/')) return null
  return listOf(feed.items).map((each) => {
    const { id, url, title, content_text: words, date_published: published } = recordOf(each)
    return trimmed({ id: idOf(id) ?? '', link: textOf(url), title: textOf(title) || textOf(words), published: textOf(published) })
  })
}

const fieldOf: Record<string, keyof Raw> = {
  id: 'id',
  guid: 'id',
  link: 'link',
  title: 'title',
  pubdate: 'published',
  published: 'published',
  'dc:date': 'published',
  updated: 'updated',
}

/** As a stream: nothing is nested, however deep the text is. Fields count only directly below their entry. */
function readXml(text: string): Raw[] | null {
  const entries: Raw[] = []
  let isFeed = false
  let depth = 0
  let entryDepth = 0
  let entry: Raw = {}
  let field: keyof Raw | null = null
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        const name = tag.toLowerCase()
        depth += 1
        if (depth === 1) isFeed = ['rss', 'feed', 'rdf:rdf'].includes(name)
        if (entryDepth === 0 && (name === 'item' || name === 'entry')) {
          entryDepth = depth
          entry = {}
        } else if (entryDepth > 0 && depth === entryDepth + 1) {
          field = fieldOf[name] ?? null
          // Atom has links of several kinds; the page is the one without, or `alternate`.
          if (name === 'link' && attributes.href !== undefined && (attributes.rel ?? 'alternate') === 'alternate')
            entry.link ??= attributes.href
          if (field !== null && entry[field] !== undefined) field = null
        }
      },
      ontext(data) {
        if (field !== null && depth === entryDepth + 1) entry[field] = (entry[field] ?? '') + data
      },
      onclosetag() {
        if (entryDepth > 0 && depth === entryDepth) {
          entries.push(trimmed(entry))
          entryDepth = 0
        }
        if (depth === entryDepth + 1) field = null
        depth -= 1
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.write(text)
  parser.end()
  return isFeed ? entries : null
}

function trimmed(raw: Raw): Raw {
  const fields = Object.entries(raw).map(([name, value]) => [name, value.replace(/\s+/g, ' ').trim()] as const)
  return Object.fromEntries(fields.filter(([, value]) => value !== ''))
}
