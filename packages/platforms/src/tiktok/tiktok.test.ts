import { describe, expect, test } from 'vitest'
import type { MessageFact } from '@answerback/core/facts'
import { account, now, permalink, video } from '../../test/tiktok.ts'
import type { Answer, Call } from '../../test/tiktok.ts'
import type { FindInput, Io, PollInput, ReplyMedia, ReplyTarget } from '../platform.ts'
import { tiktok } from './adapter.ts'

function comment(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const person = { unique_identifier: 'u_8f3', username: 'ana.makes', display_name: 'Ana' }
  return {
    comment_id: id,
    video_id: video,
    text: `words of ${id}`,
    create_time: '1795000000',
    owner: false,
    status: 'PUBLIC',
    ...person,
    ...more,
  }
}

const target: ReplyTarget = {
  externalId: '11',
  parentExternalId: video,
  postExternalId: video,
  ref: { topId: '11', videoId: video, permalink },
  authorExternalId: 'u_8f3',
  authorHandle: 'ana.makes',
  private: false,
}
const input: FindInput = { target, text: 'From Monday', key: 'k', createdAt: now.toISOString(), since: now.toISOString() }
const below: FindInput = { ...input, target: { ...target, externalId: '12', parentExternalId: '11' } }
const rest: PollInput = { cursor: null, posts: [], open: [] }
const noVideos = { videos: [], has_more: false }

describe('webhooks', () => {
  const signed = (body: string, signature: string, at = '2026-11-18T11:06:43.000Z') =>
    tiktok.webhook!.verify('tt_secret_test', { 'tiktok-signature': signature }, Buffer.from(body), { now: new Date(at), url: '' })
  const vector = 't=1795000003,s=4c9ff8b72318745cfef029104d2fd6d4f6fe2f8dc59dd64b40b452345592a0b7'

  test('the signature is over time and raw body, and a retry of three days is still taken', () => {
    expect(signed('{"event":"comment.update"}', vector)).toBe(true)
    expect(signed('{"event":"comment.update"}', vector, '2026-11-21T11:00:00.000Z')).toBe(true)
    expect(signed('{"event":"comment.update"}', vector.replace('t=1795000003', 't=1795000004'))).toBe(false)
    expect(signed('{"event":"comment.update"}', vector.toUpperCase())).toBe(false)
  })

  test('what is new is asked for, with ids of 19 digits whole, and quotes in words fool nobody', () => {
    const words = JSON.stringify('",\\"comment_id\\":12')
    const content = `{"comment_id":7390000000000000002,"video_id":${video},"parent_comment_id":7390000000000000001,"comment_type":"reply","comment_action":"insert","timestamp":1795000000,"text":${words}}`
    const body = JSON.stringify({ event: 'comment.update', create_time: 1795000003, user_openid: 'act.brand123', content })
    const { facts, wanted } = tiktok.normalize(
      { kind: 'webhook', request: {}, body, receivedAt: now.toISOString() },
      account(() => ({})).io.self,
    )
    expect(facts).toEqual([])
    expect(wanted).toEqual([{ kind: 'comment', id: `${video}/7390000000000000002/7390000000000000001` }])
  })

  test('shown to all again is told, and read as well: it may never have been told before', () => {
    const content = `{"comment_id":7390000000000000002,"video_id":${video},"comment_action":"set_to_public"}`
    const body = JSON.stringify({ event: 'comment.update', create_time: 1795000003, user_openid: 'act.brand123', content })
    const read = tiktok.normalize({ kind: 'webhook', request: {}, body, receivedAt: now.toISOString() }, account(() => ({})).io.self)
    expect(read.facts).toEqual([
      { fact: 'hidden', externalId: '7390000000000000002', hidden: false, platformAt: '2026-11-18T11:06:43.000Z' },
    ])
    expect(read.wanted).toEqual([{ kind: 'comment', id: `${video}/7390000000000000002` }])
  })

  test('what was named is asked for thirty at a time, for each video, and a reply that has no answer of its own is looked for in its thread', async () => {
    const { io, calls } = account(({ path, query }) => {
      if (path.includes('/video/')) return noVideos
      if (path.includes('/reply/')) return { comments: [comment('900', { parent_comment_id: '800' })], has_more: false }
      const ids = JSON.parse(query.comment_ids!) as string[]
      return { comments: ids.filter((id) => id !== '900').map((id) => comment(id)), has_more: false }
    })
    const many = Array.from({ length: 31 }, (_, index) => ({ kind: 'comment', id: `${video}/${index + 1}` }))
    const wanted = [...many, { kind: 'comment', id: '7380/77' }, { kind: 'comment', id: `${video}/900/800` }, { kind: 'else', id: 'x' }]
    const result = await tiktok.poll(io, { ...rest, wanted })
    const asked = calls.filter(({ query }) => query.comment_ids !== undefined)
    expect(asked.map(({ query }) => (JSON.parse(query.comment_ids!) as string[]).length)).toEqual([30, 2, 1])
    expect(calls.filter(({ path }) => path.includes('/reply/')).map(({ query }) => query.comment_id)).toEqual(['800'])
    expect(result.wanted).toBeUndefined()
    const read = result.pages.flatMap((page) => tiktok.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
    expect(new Set(read.map((fact) => fact.externalId)).has('900')).toBe(true)
    expect(read.filter((fact) => fact.fact === 'removal')).toEqual([])
  })

  test('what could not be asked for now stays wanted', async () => {
    const { io } = account(({ path }) => (path.includes('/video/') ? noVideos : { code: 50002 }))
    const wanted = [{ kind: 'comment', id: `${video}/1` }]
    const result = await tiktok.poll(io, { ...rest, wanted })
    expect(result).toMatchObject({ wanted, trouble: { kind: 'unavailable' } })
  })
})

describe('a picture with a reply', () => {
  const image: ReplyMedia = {
    ...{ id: '1', type: 'image/png', name: 'a.png', alt: 'A bag', url: null, width: 640, height: 480 },
    bytes: async () => new Uint8Array([1, 2, 3]),
  }
  const uploaded = { image_uri: 'tos-1/abc', image_width: 640, image_height: 480 }

  test('is brought first, named with its size, and told as TikTok shows it', async () => {
    const shown = { comment_id: '900', image_url: 'https://p16.tiktok.test/abc.png' }
    const { io, calls } = account(({ path }) => (path.includes('/image/') ? uploaded : shown))
    const sent = await tiktok.reply(io, { ...input, media: [image] })
    expect(calls[0]).toMatchObject({ path: '/business/comment/image/upload/', form: expect.stringContaining('name="business_id"') })
    expect(calls[0]!.form).toContain('name="image_file"; filename="a.png"')
    expect(calls[1]!.json).toMatchObject({ ...uploaded, text: 'From Monday', business_id: 'act.brand123' })
    expect(sent.facts).toMatchObject([{ media: [{ kind: 'image', url: 'https://p16.tiktok.test/abc.png' }] }])
  })

  test('that TikTok does not take is refused in its words, and no reply goes out', async () => {
    const { io, paths } = account(() => ({ code: 40002, message: 'image_file: too small' }))
    await expect(tiktok.reply(io, { ...input, media: [image] })).rejects.toMatchObject({
      kind: 'rejected',
      notSent: true,
      message: expect.stringContaining('too small'),
    })
    expect(paths()).toEqual(['/business/comment/image/upload/'])
  })

  test('tells the reply that carries it from the same words without one', async () => {
    const same = comment('900', { owner: true, text: 'From Monday', create_time: String(now.getTime() / 1000) })
    const among = (more: object) => account(() => ({ comments: [{ ...same, ...more }], has_more: false })).io
    const found = async (io: Io) => (await tiktok.find(io, { ...input, media: [image] })).found
    expect([await found(among({})), await found(among({ image_url: 'https://p16.tiktok.test/abc.png' }))]).toEqual(['unsure', 'landed'])
  })
})

describe('reading', () => {
  const open = (ids: string[], topId?: string) =>
    ids.map((externalId) => ({ externalId, ref: { videoId: video, topId: topId ?? externalId, permalink } }))
  const removed = async (io: Io, given: PollInput['open']): Promise<string[]> => {
    const { pages } = await tiktok.poll(io, { ...rest, open: given })
    const facts = pages.flatMap((page) => tiktok.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
    return facts.flatMap((fact) => (fact.fact === 'removal' ? [fact.externalId] : []))
  }

  test('an open comment that does not come is gone; where one spoils the answer, each is asked for by itself', async () => {
    const whole = account(({ path }) => (path.includes('/video/') ? noVideos : { comments: [comment('1')], has_more: false }))
    expect(await removed(whole.io, open(['1', '2']))).toEqual(['2'])
    const spoilt = account(({ path, query }) => {
      if (path.includes('/video/')) return noVideos
      const ids = JSON.parse(query.comment_ids!) as string[]
      return ids.includes('2') ? { code: 40007 } : { comments: ids.map((id) => comment(id)) }
    })
    expect(await removed(spoilt.io, open(['1', '2', '3']))).toEqual(['2'])
    expect(spoilt.calls).toHaveLength(5)
  })

  test('a reply is gone only when its thread does not have it either', async () => {
    const standing = (replies: Answer) =>
      account(({ path }) => {
        if (path.includes('/video/')) return noVideos
        return path.includes('/reply/') ? replies : { comments: [], has_more: false }
      }).io
    expect(await removed(standing({ comments: [comment('2')], has_more: false }), open(['2'], '1'))).toEqual([])
    expect(await removed(standing({ comments: [], has_more: false }), open(['2'], '1'))).toEqual(['2'])
    expect(await removed(standing({ code: 40007 }), open(['2'], '1'))).toEqual(['2'])
    // A hidden comment's replies are not listed.
    expect(await removed(standing({ code: 40002 }), open(['2'], '1'))).toEqual([])
  })

  test('a short page is not the last, and what is too much for one round is read in the next', async () => {
    const videos = { videos: [{ item_id: video, create_time: 1795000000, share_url: permalink, comments: 60 }], has_more: false }
    const answer = ({ path, query }: Call): Answer => {
      if (path.includes('/video/')) return videos
      const at = Number(query.cursor)
      return { comments: at % 2 === 0 ? [comment(String(100 + at))] : [], cursor: at + 1, has_more: at < 59 }
    }
    const { io } = account(answer)
    const first = await tiktok.poll(io, rest)
    const second = await tiktok.poll(io, { ...rest, cursor: first.cursor })
    const third = await tiktok.poll(io, { ...rest, cursor: second.cursor })
    const ids = [first, second, third].flatMap(({ pages }) =>
      pages
        .filter((page) => page.kind === 'comments')
        .flatMap((page) => tiktok.normalize({ ...page, receivedAt: now.toISOString() }, io.self).facts)
        .filter((fact) => fact.fact === 'message'),
    )
    expect(ids).toHaveLength(30)
    const { calls, io: later } = account(answer)
    await tiktok.poll(later, { ...rest, cursor: third.cursor })
    expect(calls.map(({ path }) => path)).toEqual(['/business/video/list/'])
  })

  test('replies are read by themselves once there are more than came along, and again when their number changed', async () => {
    let replies = 4
    const { io, paths } = account(({ path }) => {
      if (path.includes('/video/')) return { videos: [{ item_id: video, create_time: 1795000000, comments: 1 + replies }], has_more: false }
      if (path.includes('/reply/')) return { comments: [], has_more: false }
      return { comments: [comment('1', { replies, reply_list: [comment('2', { parent_comment_id: '1' })] })], has_more: false }
    })
    const count = (): number => paths().filter((path) => path.includes('/reply/')).length
    const first = await tiktok.poll(io, rest)
    expect(count()).toBe(1)
    const second = await tiktok.poll(io, { ...rest, cursor: first.cursor })
    expect(count()).toBe(1)
    replies = 5
    await tiktok.poll(io, { ...rest, cursor: second.cursor })
    expect(count()).toBe(2)
  })

  test('a video that may not be read costs itself alone', async () => {
    const { io } = account(({ path, query }) => {
      if (path.includes('/video/'))
        return { videos: [5, 6].map((id) => ({ item_id: String(id), create_time: 1795000000, comments: 1 })), has_more: false }
      return query.video_id === '5' ? { code: 40001 } : { comments: [comment('1')], has_more: false }
    })
    const result = await tiktok.poll(io, rest)
    expect(result.trouble).toMatchObject({ kind: 'rejected' })
    expect(result.pages.map((page) => page.resource)).toEqual(['videos:0', 'comments:6:0'])
  })
})

describe('replying', () => {
  const landed = { comment_id: '99', create_time: '1795000100' }

  test('below a reply the answer goes to the comment above, and names whom it is for', async () => {
    const { io, calls } = account(() => landed)
    const sent = await tiktok.reply(io, below)
    expect(calls[0]).toMatchObject({
      path: '/business/comment/reply/create/',
      json: { business_id: 'act.brand123', video_id: video, comment_id: '11', text: '@ana.makes From Monday' },
      token: 'act.one',
    })
    expect(sent).toMatchObject({ externalId: '99', url: permalink })
    expect(sent.facts[0] as MessageFact).toMatchObject({ parentExternalId: '11', tagsExternalId: 'u_8f3', ours: true })
  })

  test('an id that comes as a bare number of 19 digits stays whole', async () => {
    const { io } = account(() => '{"code":0,"message":"OK","data":{"comment_id":7390000000000000123,"create_time":"1795000100"}}')
    expect((await tiktok.reply(io, input)).externalId).toBe('7390000000000000123')
  })

  test('a name that makes it too long is refused before it is sent', async () => {
    const { io, calls } = account(() => landed)
    await expect(tiktok.reply(io, { ...below, text: 'x'.repeat(1_195) })).rejects.toMatchObject({ kind: 'rejected', notSent: true })
    expect(calls).toEqual([])
  })

  test('found is only what the owner wrote, in these words, since then', async () => {
    const own = { owner: true, text: '@ana.makes From Monday', create_time: String(now.getTime() / 1000) }
    const findIn = async (more: Record<string, unknown>) =>
      (await tiktok.find(account(() => ({ comments: [comment('99', { ...own, ...more })], has_more: false })).io, below)).found
    expect(await findIn({})).toBe('landed')
    expect(await findIn({ owner: false })).toBe('unsure')
    expect(await findIn({ text: 'From Monday' })).toBe('unsure')
    expect(await findIn({ create_time: '1794000000' })).toBe('unsure')
  })

  test('liking, hiding and deleting name the video too, and what is gone is deleted', async () => {
    const { io, calls } = account(({ path }) => (path.includes('/delete/') ? { code: 40007 } : {}))
    const message = { externalId: '11', ref: target.ref }
    await tiktok.like!(io, { ...message, liked: false })
    await tiktok.hide!(io, { ...message, hidden: true })
    await tiktok.remove!(io, message)
    expect(calls.map(({ path, json }) => [path, json.action, json.video_id])).toEqual([
      ['/business/comment/like/', 'UNLIKE', video],
      ['/business/comment/hide/', 'HIDE', video],
      ['/business/comment/delete/', undefined, video],
    ])
  })
})

test('the platform’s own counts come from the list of videos', async () => {
  const { io } = account(({ query }) => ({
    videos: [{ item_id: query.cursor === '0' ? '5' : '6', comments: query.cursor === '0' ? 3 : '4' }],
    cursor: 20,
    has_more: query.cursor === '0',
  }))
  const posts = ['5', '6', '7'].map((externalId) => ({ externalId, ref: {} }))
  expect(await tiktok.postStats!(io, { posts })).toEqual([
    { externalId: '5', replies: 3, counts: 'all' },
    { externalId: '6', replies: 4, counts: 'all' },
  ])
})
