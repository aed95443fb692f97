import { Parser } from 'htmlparser2'
import { linkOf } from './json.ts'

type Link = { start: number; href: string; plain: boolean; shortened: boolean }

/**
 * A message's HTML as text: `<br>` a new line, `</p>` a blank one, links whole (Mastodon hides parts of them in spans), a link whose words hide its
 * address followed by it, emoji shortcodes as they are. Never fails; markup it does not know is passed over and its text kept.
 */
export function plainText(html: string): string {
  let text = ''
  let skipping = 0
  let pre = 0
  const links: Link[] = []
  const lists: { ordered: boolean; count: number }[] = []
  const breakTo = (blank: string): void => {
    text = text.replace(/[ \t]+$/, '')
    if (text === '') return
    while (!text.endsWith(blank)) text += '\n'
  }
  const closeLink = (): void => {
    const link = links.pop()
    if (!link || link.plain) return
    const shown = text.slice(link.start)
    if (link.shortened) text = text.slice(0, link.start) + link.href
    else if (!link.href.includes(shown.trim()) && !shown.includes(link.href)) text += ` (${link.href})`
  }
  const parser = new Parser({
    onopentag(name, attributes) {
      const classes = (attributes.class ?? '').split(/\s+/)
      if (skipping > 0 || classes.includes('quote-inline')) return void (skipping += 1)
      if (name === 'br') text += '\n'
      else if (blocks.has(name)) breakTo(name === 'li' ? '\n' : '\n\n')
      if (name === 'pre') pre += 1
      if (name === 'ul' || name === 'ol') lists.push({ ordered: name === 'ol', count: 0 })
      if (name === 'li') text += marker(lists.at(-1))
      const inLink = links.at(-1)
      if (name === 'span' && inLink && (classes.includes('invisible') || classes.includes('ellipsis'))) inLink.shortened = true
      if (name === 'a') {
        const href = linkOf(attributes.href)
        const plain = href === null || classes.includes('mention') || classes.includes('hashtag') || attributes.rel === 'tag'
        links.push({ start: text.length, href: href ?? '', plain, shortened: false })
      }
    },
    ontext(data) {
      if (skipping > 0) return
      const folded = pre > 0 ? data : data.replace(/[\t\n\r ]+/g, ' ')
      text += pre === 0 && (text === '' || text.endsWith('\n')) ? folded.trimStart() : folded
    },
    onclosetag(name) {
      if (skipping > 0) return void (skipping -= 1)
      if (name === 'a') closeLink()
      if (name === 'pre' && pre > 0) pre -= 1
      if (name === 'ul' || name === 'ol') lists.pop()
      if (blocks.has(name)) breakTo(name === 'li' ? '\n' : '\n\n')
    },
  })
  parser.write(html)
  parser.end()
  return text
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

const blocks = new Set(['p', 'div', 'ul', 'ol', 'li', 'blockquote', 'pre', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'])

function marker(list: { ordered: boolean; count: number } | undefined): string {
  if (!list?.ordered) return '- '
  list.count += 1
  return `${list.count}. `
}
