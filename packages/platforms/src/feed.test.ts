import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFeed } from './feed.ts'

const feedUrl = 'https://site.example/feed.xml'
const at = new Date('2026-11-22T10:00:00.000Z')

test('reads RSS with guids, CDATA and local times', () => {
  const text = `<?xml version="1.0"?><rss version="2.0" xmlns:media="x"><channel><title>Site</title><link>https://site.example</link>
    <item><title><![CDATA[Blue & one]]></title><link>https://site.example/1</link><guid isPermaLink="false">tag:1</guid>
      <pubDate>Sun, 22 Nov 2026 11:00:00 +0100</pubDate><media:group><media:title>not this</media:title><title>nor this</title></media:group></item>
    <item><title>Green &amp; two</title><guid>https://site.example/2</guid><pubDate>+275760-09-13T00:00:00.000Z</pubDate></item>
    <item><description>nothing to name it by</description></item></channel></rss>`
  expect(readFeed(text, feedUrl)).toEqual([
    { id: 'tag:1', url: 'https://site.example/1', title: 'Blue & one', publishedAt: at },
    { id: 'https://site.example/2', url: 'https://site.example/2', title: 'Green & two', publishedAt: null },
  ])
})

test('reads Atom: the page among the links, published before updated, relative addresses', () => {
  const text = `<feed xmlns="http://www.w3.org/2005/Atom"><title>Site</title><link rel="self" href="https://site.example/feed"/>
    <entry><id>urn:1</id><title>One</title><link rel="self" href="https://api.example/1"/><link href="/posts/1"/><author><id>no</id></author>
      <published>2026-11-22T10:00:00Z</published><updated>2026-11-23T10:00:00Z</updated></entry></feed>`
  expect(readFeed(text, feedUrl)).toEqual([{ id: 'urn:1', url: 'https://site.example/posts/1', title: 'One', publishedAt: at }])
})

test('reads JSON Feed', () => {
  const items = [{ id: 7, url: 'https://site.example/7', content_text: 'Hi', date_published: '2026-11-22T10:00:00Z' }, null, 'x']
  const text = JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', items })
  expect(readFeed(text, feedUrl)).toEqual([{ id: '7', url: 'https://site.example/7', title: 'Hi', publishedAt: at }])
})

test('a link that leads nowhere is none', () => {
  const link = (href: string) => readFeed(`<rss><channel><item><guid>1</guid><link>${href}</link></item></channel></rss>`, feedUrl)
  expect(['javascript:alert(1)', 'http://', 'file:///etc/passwd'].map((href) => link(href)?.[0]?.url)).toEqual([null, null, null])
})

test('what is no feed is null, and nothing throws', () => {
  for (const text of ['', '{}', '[]', 'null', '<html><item><title>x</title></item></html>', '<!doctype html><p>Hi', '{"version":"1"}'])
    expect(readFeed(text, feedUrl)).toBeNull()
  expect(readFeed('<rss><channel></channel></rss>', feedUrl)).toEqual([])
  expect(readFeed(`<feed>${'<entry>'.repeat(50_000)}`, feedUrl)).toEqual([])
  expect(readFeed(`<rss>${'<item><guid>1</guid></item>'.repeat(3_000)}</rss>`, feedUrl)).toHaveLength(200)
  const piece = fc.constantFrom(
    '<rss>',
    '<item>',
    '</item>',
    '<link href="',
    '">',
    '<entry>',
    '<guid>',
    '</guid>',
    'x',
    '&#0;',
    '<![CDATA[',
    ']]>',
    '</',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(readFeed(pieces.join(''), feedUrl) ?? []).toBeInstanceOf(Array)
    }),
  )
})
