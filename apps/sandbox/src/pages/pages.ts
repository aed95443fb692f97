import type { Context } from '../context.ts'
import { dialectOf, platformIds } from '../registry.ts'
import type { Item, PlatformId } from '../world/item.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { heading, said, threadBelow, when, writeForm } from './thread.ts'
import type { Visitor } from './thread.ts'

const shownPosts = 40

/** `/`: the platforms and the brand's newest posts on each. */
export function homePage(context: Context): string {
  const sections = platformIds.map(
    (platform) =>
      html`<h2><a href="/${platform}">${nameOf(platform)}</a></h2>
        ${context.world
          .posts(platform, dialectOf(platform).brandPosts.length > 0)
          .slice(0, 6)
          .map((post) => postCard(context, post))}`,
  )
  return page(
    'A pretend internet',
    html`<h1>A pretend internet</h1>
      <p class="soft">
        ${platformIds.length} platforms that exist only on this machine. Write to the brand as anybody you like; what it answers appears
        here.
      </p>
      ${sections}`,
  )
}

/** `/{platform}`: the brand's page, what people wrote about it elsewhere, and a form to mention it. */
export function brandPage(context: Context, platform: PlatformId, visitor: Visitor): string {
  const { world } = context
  const brand = world.brand(platform)
  const posts = world.posts(platform, false)
  const own = posts.filter((post) => post.authorId === brand.id).slice(0, shownPosts)
  const others = posts.filter((post) => post.authorId !== brand.id).slice(0, shownPosts)
  const { kinds, look } = dialectOf(platform)
  const forms = [
    { kind: 'mention', path: 'mentions', title: 'Mention the brand', label: `Your post, which will mention ${brand.name}` },
    { kind: 'visit', path: 'posts', title: 'Write on the page', label: `Your post on the page of ${brand.name}` },
    { kind: 'review', path: 'reviews', title: 'Write a review', label: `Your review of ${brand.name}` },
  ] as const
  return page(
    `${brand.name} on ${nameOf(platform)}`,
    html`<h1 dir="auto">${brand.name}</h1>
      <p class="soft"><span dir="ltr">@${brand.handle}</span> on ${nameOf(platform)}. Bags and natural dyes.</p>
      ${forms
        .filter(({ kind }) => kinds.includes(kind))
        .map(
          ({ kind, path, title, label }) =>
            html`<details class="card">
              <summary>${title}</summary>
              ${writeForm(`/${platform}/${path}`, visitor, { label, button: 'Post', stars: kind === 'review' })}
            </details>`,
        )}
      ${own.length > 0 || kinds.includes('comment') ? html`<h2>${capital(look.post[1])}</h2>` : null}
      ${own.map((post) => postCard(context, post))}
      <h2>What people post about ${brand.name}</h2>
      ${others.length > 0 ? others.map((post) => postCard(context, post)) : html`<p class="soft">Nothing yet.</p>`}`,
    platform,
  )
}

/** `/{platform}/p/{key}`: a post with its whole thread and a form to comment. */
export function postPage(context: Context, post: Item, visitor: Visitor): string {
  const { world } = context
  const author = world.author(post)
  const quoted = world.find(post.platform, post.quotedId)
  const form = writeForm(`/${post.platform}/items/${post.key}/replies`, visitor, {
    label: `Your ${dialectOf(post.platform).look.comment[0]}`,
    button: 'Send',
  })
  const count = world.descendants(post).length
  return page(
    `${author.name} on ${nameOf(post.platform)}`,
    html`<article class="card${author.isBrand ? ' brand' : ''}" id="c-${post.key}">
        ${said(world, post, visitor)} ${quoted ? html`<blockquote>${postCard(context, quoted)}</blockquote>` : null}
      </article>
      <h2>${counted(post, count)}</h2>
      ${threadBelow(world, post, visitor)}
      <section class="card">
        <h2>Write a ${dialectOf(post.platform).look.comment[0]}</h2>
        ${form}
      </section>
      <footer>
        The name “${world.brand(post.platform).name}” writes as the brand itself, as if somebody had answered in the app.
        <a href="">Look again</a>
      </footer>`,
    post.platform,
  )
}

/** A page that says that something is not here. */
export function missingPage(): string {
  return page(
    'Not here',
    html`<h1>Not here</h1>
      <p>This was deleted, or it never was. <a href="/">To the start</a></p>`,
  )
}

function postCard(context: Context, post: Item): Html {
  const { world } = context
  const author = world.author(post)
  const root = world.items[post.platform].get(post.rootId) ?? post
  const count = world.descendants(post).length
  return html`<article class="card">
    <div class="meta"><span class="name" dir="auto">${author.name}</span> · ${when(post.createdAt)}</div>
    ${heading(post)}
    <p class="text" dir="auto">${post.text}</p>
    <a class="link" href="/${post.platform}/p/${root.key}#c-${post.key}">${counted(post, count)}</a>
  </article>`
}

function nameOf(platform: PlatformId): string {
  return `Pretend ${dialectOf(platform).name}`
}

function counted(post: Item, count: number): string {
  const [one, many] = dialectOf(post.platform).look.comment
  return `${count} ${count === 1 ? one : many}`
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

function page(title: string, body: Html, platform?: PlatformId): string {
  const links = platformIds.map((id) => html`<a href="/${id}">${nameOf(id)}</a>`)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="/picture.svg" />
      </head>
      <body ${platform ? html` class="on-${platform}"` : null}>
        <main>
          <nav>
            <a href="/">Start</a>${platform ? html`<a href="/${platform}">${nameOf(platform)}</a>` : null}
            <details ${platform ? null : html`open`}>
              <summary>All platforms</summary>
              ${links}
            </details>
          </nav>
          ${body}
        </main>
      </body>
    </html>`.html
}
