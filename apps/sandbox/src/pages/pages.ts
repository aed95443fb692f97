import type { Context } from '../context.ts'
import type { Item, PlatformId } from '../world/item.ts'
import { platformIds } from '../world/item.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { said, threadBelow, when, writeForm } from './thread.ts'
import type { Visitor } from './thread.ts'

const names: Record<PlatformId, string> = {
  facebook: 'Pretend Facebook',
  bluesky: 'Pretend Bluesky',
  mastodon: 'Pretend Mastodon',
}
const shownPosts = 40

/** `/`: the platforms and the brand's newest posts on each. */
export function homePage(context: Context): string {
  const sections = platformIds.map(
    (platform) =>
      html`<h2><a href="/${platform}">${names[platform]}</a></h2>
        ${context.world
          .posts(platform, true)
          .slice(0, 6)
          .map((post) => postCard(context, post))}`,
  )
  return page(
    'A pretend internet',
    html`<h1>A pretend internet</h1>
      <p class="soft">
        Three platforms that exist only on this machine. Write to the brand as anybody you like; what it answers appears here.
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
  const mention = writeForm(`/${platform}/mentions`, visitor, {
    label: `Your post, which will mention ${brand.name}`,
    button: 'Post',
  })
  const visit = writeForm(`/${platform}/posts`, visitor, {
    label: `Your post on the page of ${brand.name}`,
    button: 'Post',
  })
  return page(
    `${brand.name} on ${names[platform]}`,
    html`<h1 dir="auto">${brand.name}</h1>
      <p class="soft"><span dir="ltr">@${brand.handle}</span> on ${names[platform]}. Bags and natural dyes.</p>
      <details class="card">
        <summary>Mention the brand</summary>
        ${mention}
      </details>
      ${
        platform === 'facebook'
          ? html`<details class="card">
              <summary>Write on the page</summary>
              ${visit}
            </details>`
          : null
      }
      <h2>Posts</h2>
      ${own.map((post) => postCard(context, post))}
      <h2>What people post about ${brand.name}</h2>
      ${others.length > 0 ? others.map((post) => postCard(context, post)) : html`<p class="soft">Nothing yet.</p>`}`,
  )
}

/** `/{platform}/p/{key}`: a post with its whole thread and a form to comment. */
export function postPage(context: Context, post: Item, visitor: Visitor): string {
  const { world } = context
  const author = world.author(post)
  const quoted = world.find(post.platform, post.quotedId)
  const form = writeForm(`/${post.platform}/items/${post.key}/replies`, visitor, {
    label: 'Your comment',
    button: 'Comment',
  })
  const count = world.descendants(post).length
  return page(
    `${author.name} on ${names[post.platform]}`,
    html`<article class="card${author.isBrand ? ' brand' : ''}" id="c-${post.key}">
        ${said(world, post, visitor)} ${quoted ? html`<blockquote>${postCard(context, quoted)}</blockquote>` : null}
      </article>
      <h2>${count === 1 ? '1 comment' : `${count} comments`}</h2>
      ${threadBelow(world, post, visitor)}
      <section class="card">
        <h2>Write a comment</h2>
        ${form}
      </section>
      <footer>
        The name “${world.brand(post.platform).name}” writes as the brand itself, as if somebody had answered in the app.
        <a href="">Look again</a>
      </footer>`,
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
    <p class="text" dir="auto">${post.text}</p>
    <a class="link" href="/${post.platform}/p/${root.key}#c-${post.key}">${count === 1 ? '1 comment' : `${count} comments`}</a>
  </article>`
}

function page(title: string, body: Html): string {
  const links = platformIds.map((platform) => html`<a href="/${platform}">${names[platform]}</a>`)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="/picture.svg" />
      </head>
      <body>
        <main>
          <nav><a href="/">Start</a>${links}</nav>
          ${body}
        </main>
      </body>
    </html>`.html
}
