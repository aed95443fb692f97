import { dialectOf } from '../registry.ts'
import type { Item } from '../world/item.ts'
import type { World } from '../world/world.ts'
import { mediaBelow, wordsBeside } from './files.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'

/** Who looks at a page: their secret cookie and the name they last wrote under. */
export type Visitor = { writer: string; name: string }

/** Everything below an item, each with its own anchor. */
export function threadBelow(world: World, item: Item, visitor: Visitor, depth = 0): Html | null {
  const replies = item.replyIds.flatMap((id) => world.items[item.platform].get(id) ?? [])
  const shown = replies.filter((reply) => reply.deletedAt === null || reply.replyIds.length > 0)
  if (shown.length === 0) return null
  shown.sort((a, b) => a.createdAt - b.createdAt)
  return html`<ul class="thread${depth > 4 ? ' deep' : ''}">
    ${shown.map((reply) => entry(world, reply, visitor, depth))}
  </ul>`
}

/** One item with its text and what can be done to it. */
export function said(world: World, item: Item, visitor: Visitor): Html {
  if (item.deletedAt !== null) return html`<div class="said soft">Deleted.</div>`
  const author = world.author(item)
  const notes = [
    item.editedAt === null ? null : 'edited',
    item.hidden ? 'hidden' : null,
    item.visibility === 'public' ? null : item.visibility,
  ].filter((note) => note !== null)
  return html`<div class="said">
    <div class="meta">
      <span class="name" dir="auto">${author.name}</span> <span dir="ltr">@${author.handle}</span> ·
      ${when(item.createdAt)}${notes.map((note) => html` · ${note}`)}
    </div>
    ${heading(item)} ${item.spoiler ? html`<p class="text soft" dir="auto">${item.spoiler}</p>` : null}
    <p class="text" dir="auto">${wordsBeside(item)}</p>
    ${mediaBelow(world, item)} ${acts(world, item, visitor)}
  </div>`
}

/** The stars and the title of an item that has them. */
export function heading(item: Item): Html | null {
  if (item.rating === null && item.title === '') return null
  const { rating } = item
  const stars =
    rating === null ? null : html`<span class="stars" role="img" aria-label="${rating} of 5 stars">${'★'.repeat(rating)}</span> `
  return html`<p class="title" dir="auto">${stars}${item.title}</p>`
}

/** The form with which anybody writes; with stars for a review. */
export function writeForm(action: string, visitor: Visitor, words: { label: string; button: string; stars?: boolean }): Html {
  return html`<form class="write" method="post" action="${action}">
    <label>Your name<input name="name" required maxlength="80" dir="auto" autocomplete="off" value="${visitor.name}" /></label>
    ${
      words.stars
        ? html`<label
            >Stars<select name="rating">
              ${[5, 4, 3, 2, 1].map((n) => html`<option>${n}</option>`)}
            </select></label
          >`
        : null
    }
    <label>${words.label}<textarea name="text" required maxlength="5000" rows="3" dir="auto"></textarea></label>
    <button class="send">${words.button}</button>
  </form>`
}

/** An instant in words, UTC. */
export function when(at: number): Html {
  const iso = new Date(at).toISOString()
  const words = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  }).format(at)
  return html`<time datetime="${iso}">${words} UTC</time>`
}

function entry(world: World, item: Item, visitor: Visitor, depth: number): Html {
  const isBrand = world.author(item).isBrand
  return html`<li id="c-${item.key}" ${isBrand ? html` class="brand"` : null}>
    ${said(world, item, visitor)}${threadBelow(world, item, visitor, depth + 1)}
  </li>`
}

function acts(world: World, item: Item, visitor: Visitor): Html {
  const path = `/${item.platform}/items/${item.key}`
  const root = world.items[item.platform].get(item.rootId) ?? item
  const reply = writeForm(`${path}/replies`, visitor, { label: 'Your reply', button: 'Reply' })
  const quotes = quotesOf(world, item)
  const own = item.writer !== null && item.writer === visitor.writer
  const likes = item.likes.size === 0 ? 'Like' : `Like (${item.likes.size})`
  return html`<div class="acts">
    ${dialectOf(item.platform).kinds.includes('like') ? html`<form method="post" action="${path}/likes"><button class="link">${likes}</button></form>` : null}
    <details>
      <summary>Reply</summary>
      ${reply}
    </details>
    <a href="/${item.platform}/p/${root.key}#c-${item.key}">Link</a>
    ${
      own
        ? html`<details>
              <summary>Edit</summary>
              <form class="write" method="post" action="${path}/edits">
                <label>New text<textarea name="text" required rows="3" maxlength="5000" dir="auto">${item.text}</textarea></label
                ><button class="send">Save</button>
              </form>
            </details>
            <form method="post" action="${path}/deletion"><button class="link">Delete</button></form>`
        : null
    }
    ${quotes.length > 0 ? html`<span class="link soft">quoted ${quotes.length} times</span>` : null}
  </div>`
}

/** Only the brand's items are counted: a look at every item for every comment would slow a long thread. */
function quotesOf(world: World, item: Item): Item[] {
  if (!world.author(item).isBrand) return []
  return [...world.items[item.platform].values()].filter((other) => other.quotedId === item.id && other.deletedAt === null)
}
