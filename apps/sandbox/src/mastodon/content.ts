import type { Account } from '../world/item.ts'
import type { World } from '../world/world.ts'
import { mentionMatches } from './names.ts'

/** Where an account's profile lives; local ones on the sandbox's own pages. */
export type ProfileUrl = (account: Account) => string

/**
 * A plain text as Mastodon's sanitised HTML: paragraphs, line breaks, mention spans, links and
 * hashtags, all else escaped.
 */
export function contentOf(world: World, text: string, profileUrl: ProfileUrl): string {
  if (text === '') return ''
  const marks = marksIn(world, text, profileUrl)
  let html = ''
  let at = 0
  for (const mark of marks) {
    if (mark.start < at) continue
    html += escapeHtml(text.slice(at, mark.start)) + mark.html
    at = mark.start + mark.length
  }
  html += escapeHtml(text.slice(at))
  const paragraphs = html.replaceAll('\r\n', '\n').split(/\n{2,}/)
  return paragraphs.map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br />')}</p>`).join('')
}

/** Text made safe for HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

/** Mastodon's length of a status: graphemes, links count 23, a mention's domain does not count. */
export function lengthOf(text: string, spoiler: string): number {
  const counted = text
    .replaceAll(/https?:\/\/[^\s]+/g, 'x'.repeat(23))
    .replaceAll(/(@[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)@[a-z0-9.-]+[a-z0-9]/gi, '$1')
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return [...segmenter.segment(spoiler + counted)].length
}

type Mark = { start: number; length: number; html: string }

function marksIn(world: World, text: string, profileUrl: ProfileUrl): Mark[] {
  const marks: Mark[] = []
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g)) {
    const url = escapeHtml(match[0])
    const scheme = /^https?:\/\/(?:www\.)?/.exec(match[0])?.[0] ?? ''
    const rest = match[0].slice(scheme.length)
    const [shown, hidden] = [rest.slice(0, 30), rest.slice(30)]
    const html =
      `<a href="${url}" target="_blank" rel="nofollow noopener noreferrer" translate="no">` +
      `<span class="invisible">${scheme}</span><span class="${hidden ? 'ellipsis' : ''}">${escapeHtml(shown)}</span>` +
      `<span class="invisible">${escapeHtml(hidden)}</span></a>`
    marks.push({ start: match.index, length: match[0].length, html })
  }
  for (const { start, length, account } of mentionMatches(world, text)) {
    if (!account) continue
    const name = escapeHtml(account.handle.split('@')[0] ?? '')
    const html = `<span class="h-card" translate="no"><a href="${escapeHtml(profileUrl(account))}" class="u-url mention">@<span>${name}</span></a></span>`
    marks.push({ start, length, html })
  }
  for (const match of text.matchAll(/(?<![\p{L}\p{N}/&])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)/gu)) {
    const tag = escapeHtml(match[1] ?? '')
    const html = `<a href="/tags/${encodeURIComponent(match[1] ?? '')}" class="mention hashtag" rel="tag">#<span>${tag}</span></a>`
    marks.push({ start: match.index, length: match[0].length, html })
  }
  return marks.sort((a, b) => a.start - b.start)
}
