import { describe, expect, test } from 'vitest'
import type { Fact } from '@answerback/core/facts'
import type { FindInput, Io, PollResult } from '../platform.ts'
import { googleBusiness } from './adapter.ts'

type Asked = { method: string; url: URL; body: string }

const now = new Date('2026-11-22T12:00:00.000Z')
const settings = { location: 'accounts/1/locations/2' }
const self = { accountId: '2', handle: 'Fieldnote', ownedIds: ['2'], host: 'www.google.com' }

function ioOf(answer: (asked: Asked) => unknown): { io: Io; asked: Asked[] } {
  const asked: Asked[] = []
  const io: Io = {
    fetch: async (url, init) => {
      const request = new Request(url, init)
      const each = { method: request.method, url: new URL(request.url), body: await request.text() }
      asked.push(each)
      const given = answer(each)
      return given instanceof Response ? given : Response.json(given)
    },
    now: () => now,
    settings,
    credentials: { accessToken: 'token-1' },
    save: async (credentials) => void (io.credentials = credentials),
    self,
  }
  return { io, asked }
}

const review = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: `accounts/1/locations/2/reviews/${id}`,
  reviewId: id,
  reviewer: { displayName: 'Ana R' },
  starRating: 'TWO',
  comment: 'Slow',
  createTime: '2026-11-20T10:00:00Z',
  updateTime: '2026-11-20T10:00:00Z',
  ...more,
})
const topic = 'projects/p/topics/reviews'
const refusal = (status: number, name: string): Response =>
  new Response(JSON.stringify({ error: { code: status, status: name } }), { status })
const factsOf = ({ pages }: PollResult): Fact[] =>
  pages.flatMap((page) => googleBusiness.normalize({ ...page, receivedAt: now.toISOString() }, self).facts)
const again = (result: PollResult): unknown => JSON.parse(JSON.stringify(result.cursor))

describe('connecting', () => {
  const locations = (...ids: string[]) =>
    ioOf(({ url }) => {
      if (url.pathname === '/v1/accounts') return { accounts: [{ name: 'accounts/1' }, { name: 'accounts/9' }] }
      if (!url.pathname.endsWith('/locations')) return { reviews: [] }
      const own = ids.map((id) => ({
        name: `locations/${id}`,
        title: 'Fieldnote',
        storefrontAddress: { addressLines: [`Mill Lane ${id}`] },
        metadata: { mapsUri: `https://maps.google.com/?cid=${id}`, hasVoiceOfMerchant: id !== '3' },
      }))
      return { locations: url.pathname.startsWith('/v1/accounts/1/') ? own : own.slice(0, 1) }
    })

  test('the one location is taken, whose names and reviews live on three hosts', async () => {
    const { io, asked } = locations('2')
    const connected = await googleBusiness.connect.open(io, { accessToken: 'token-1' })
    expect(connected).toMatchObject({
      account: { externalId: '2', name: 'Fieldnote, Mill Lane 2', url: 'https://maps.google.com/?cid=2' },
      settings: { location: 'accounts/1/locations/2', mapsUrl: 'https://maps.google.com/?cid=2' },
    })
    expect(connected.cannot).toEqual(['webhook'])
    expect(new Set(asked.map(({ url }) => url.host))).toEqual(
      new Set(['mybusinessaccountmanagement.googleapis.com', 'mybusinessbusinessinformation.googleapis.com', 'mybusiness.googleapis.com']),
    )
  })

  test('of several one has to be named; one that nobody speaks for cannot reply', async () => {
    const { io } = locations('2', '3')
    const open = (location?: string) => googleBusiness.connect.open(io, { accessToken: 't', ...(location && { location }) })
    await expect(open()).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('accounts/1/locations/3') })
    await expect(open('4')).rejects.toMatchObject({ kind: 'rejected' })
    expect((await open('locations/3')).cannot).toEqual(['reply', 'editReply', 'remove', 'webhook'])
    expect((await open('accounts/1/locations/2')).account.externalId).toBe('2')
  })

  test('a topic and who signs its pushes are kept, both or neither', async () => {
    const { io } = locations('2')
    const open = (push: Record<string, string>) => googleBusiness.connect.open(io, { accessToken: 't', ...push })
    const { settings: kept, cannot } = await open({ topic: ` ${topic} `, pushAccount: 'Push@p.iam.gserviceaccount.com' })
    expect(kept).toMatchObject({ topic, pushAccount: 'push@p.iam.gserviceaccount.com' })
    expect(cannot).toBeUndefined()
    const halves: Record<string, string>[] = [
      { topic },
      { pushAccount: 'push@p.example' },
      { topic: 'reviews', pushAccount: 'push@p.example' },
      { topic, pushAccount: 'p' },
    ]
    for (const half of halves) await expect(open(half)).rejects.toMatchObject({ kind: 'rejected' })
  })
})

describe('a poll', () => {
  test('ends at the first page with nothing new, and asks by name only for open reviews that did not come', async () => {
    const { io, asked } = ioOf(({ url }) => {
      if (url.pathname.endsWith('/reviews'))
        return url.searchParams.get('pageToken') === 'p2' ? { reviews: [review('old')] } : { reviews: [review('new')], nextPageToken: 'p2' }
      return url.pathname.endsWith('/gone') ? refusal(404, 'NOT_FOUND') : review('old')
    })
    const first = await googleBusiness.poll(io, { cursor: null, posts: [], open: [] })
    expect(asked).toHaveLength(2)
    const open = ['new', 'old', 'gone', 'new/reply'].map((externalId) => ({ externalId }))
    const second = await googleBusiness.poll(io, { cursor: again(first), posts: [], open })
    expect(asked.slice(2).map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['reviews', 'old', 'gone'])
    expect(factsOf(second).filter(({ fact }) => fact === 'removal')).toMatchObject([{ externalId: 'gone' }])
  })

  test('sees that a reply was taken away there', async () => {
    let reply: object | undefined = { comment: 'Sorry!', updateTime: '2026-11-21T10:00:00Z' }
    const { io } = ioOf(() => ({ reviews: [review('r', { reviewReply: reply })] }))
    const first = await googleBusiness.poll(io, { cursor: null, posts: [], open: [] })
    expect(factsOf(first)).toMatchObject([{ externalId: 'r' }, { externalId: 'r/reply', ours: true }])
    reply = undefined
    const second = await googleBusiness.poll(io, { cursor: again(first), posts: [], open: [] })
    expect(factsOf(second)).toMatchObject([{ externalId: 'r' }, { fact: 'removal', externalId: 'r/reply' }])
    expect(factsOf(await googleBusiness.poll(io, { cursor: again(second), posts: [], open: [] }))).toHaveLength(1)
  })
})

describe('a reply', () => {
  const target = {
    externalId: 'r',
    parentExternalId: null,
    postExternalId: null,
    ref: {},
    authorExternalId: null,
    authorHandle: null,
    private: false,
  }
  const wanted: FindInput = { target, text: 'Sorry to hear that', key: 'k', createdAt: now.toISOString(), since: now.toISOString() }
  const standing = (comment: string, state?: string) => ({
    comment,
    updateTime: '2026-11-21T10:00:00Z',
    ...(state && { reviewReplyState: state }),
  })

  test('is written once: the same words there are our own earlier try, and others stay', async () => {
    let reply: object | undefined
    const { io, asked } = ioOf(({ method, body }) => {
      if (method === 'GET') return review('r', { reviewReply: reply })
      reply = standing((JSON.parse(body) as { comment: string }).comment, 'PENDING')
      return reply
    })
    expect((await googleBusiness.find(io, wanted)).found).toBe('absent')
    const sent = await googleBusiness.reply(io, wanted)
    expect(sent).toMatchObject({
      externalId: 'r/reply',
      pending: 'Google looks at it before it is shown',
      facts: [{ parentExternalId: 'r' }],
    })
    expect(await googleBusiness.reply(io, wanted)).toMatchObject({ externalId: 'r/reply' })
    expect(asked.filter(({ method }) => method === 'PUT')).toHaveLength(1)
    expect(await googleBusiness.find(io, wanted)).toMatchObject({ found: 'landed', sent: { externalId: 'r/reply' } })
    const other = googleBusiness.reply(io, { ...wanted, text: 'Something else' })
    await expect(other).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('Sorry to hear that') })
  })

  test('that Google refused may be replaced, and a new refusal is told with its reason', async () => {
    const { io } = ioOf(({ method }) =>
      method === 'GET'
        ? review('r', { reviewReply: standing('Call 555', 'REJECTED') })
        : { ...standing(wanted.text, 'REJECTED'), policyViolation: 'CONTACT_INFORMATION' },
    )
    await expect(googleBusiness.reply(io, wanted)).rejects.toMatchObject({
      kind: 'rejected',
      message: 'Google refused the reply: CONTACT_INFORMATION',
    })
  })

  test('of which the answer says nothing may have landed or not: a look tells', async () => {
    for (const answer of [{}, []]) {
      const { io } = ioOf(({ method }) => (method === 'GET' ? review('r') : answer))
      await expect(googleBusiness.reply(io, wanted)).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
      const edit = googleBusiness.editReply!(io, { externalId: 'r/reply', ref: {}, text: 'Other words' })
      await expect(edit).rejects.toMatchObject({ kind: 'unavailable', notSent: false })
      expect((await googleBusiness.find(io, wanted)).found).toBe('absent')
    }
  })

  test('that was refused in words and stands there all the same has landed', async () => {
    let reply: object | undefined
    const { io } = ioOf(({ method }) => {
      if (method === 'GET') return review('r', { reviewReply: reply })
      reply = standing(wanted.text)
      return refusal(400, 'INVALID_ARGUMENT')
    })
    expect(await googleBusiness.reply(io, wanted)).toMatchObject({ externalId: 'r/reply' })
  })
})

describe('what is pushed', () => {
  const pushed = (data: unknown, attributes: Record<string, unknown> = {}) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    const body = JSON.stringify({ message: { messageId: '1', data: Buffer.from(text).toString('base64'), attributes } })
    const {
      wanted = [],
      unknown,
      ignored,
    } = googleBusiness.normalize({ kind: 'webhook', request: {}, body, receivedAt: now.toISOString() }, self)
    return { wanted: wanted.map((each) => each.id), unknown: unknown.map((each) => each.reason), ignored }
  }
  const nothing = { wanted: [], unknown: [], ignored: 0 }
  const name = 'accounts/1/locations/2/reviews/AbF'

  test.each([
    ['as we expect it', { notificationType: 'NEW_REVIEW', reviewName: name }],
    ['spelled otherwise', { type: 'UPDATED_REVIEW', review_name: name, location_name: 'accounts/1/locations/2' }],
    ['somewhere inside', { payload: { resource: { name } } }],
    ['as text alone', `new review ${name}`],
    ['by another account of the same location', { reviewName: 'accounts/9/locations/2/reviews/AbF' }],
  ])('names a review, %s', (_how, data) => {
    expect(pushed(data)).toEqual({ ...nothing, wanted: ['AbF'] })
  })

  test('beside the data, too; and what is another location’s is nothing to this one', () => {
    expect(pushed('', { reviewName: name })).toEqual({ ...nothing, wanted: ['AbF'] })
    expect(pushed({ reviewName: 'accounts/1/locations/22/reviews/AbF' })).toEqual({ ...nothing, ignored: 1 })
    expect(pushed({ notificationType: 'GOOGLE_UPDATE', locationName: 'accounts/1/locations/2' })).toEqual({ ...nothing, ignored: 1 })
    expect(pushed({ notificationType: 'NEW_REVIEW' }).unknown).toEqual(['a notification that names no review'])
    expect(pushed({ notificationType: 'NEW_THING' }).unknown).toEqual(['unknown notification "NEW_THING"'])
    expect(pushed('\u0000\u0001').unknown).toHaveLength(1)
  })

  test('is read by its name unless the list brought it; what is not there yet is no removal, and what is busy stays wanted', async () => {
    const { io, asked } = ioOf(({ url }) => {
      const last = url.pathname.split('/').at(-1)
      if (last === 'reviews') return { reviews: [review('listed')] }
      if (last === 'later') return refusal(404, 'NOT_FOUND')
      return last === 'busy' ? refusal(503, 'UNAVAILABLE') : review('old')
    })
    const wanted = ['listed', 'later', 'old', 'busy', 'behind'].map((id) => ({ kind: 'review', id }))
    const result = await googleBusiness.poll(io, { cursor: null, posts: [], open: [], wanted })
    expect(asked.map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['reviews', 'later', 'old', 'busy'])
    expect(factsOf(result).map((fact) => fact.fact)).toEqual(['message', 'message'])
    expect(result.wanted).toEqual([
      { kind: 'review', id: 'busy' },
      { kind: 'review', id: 'behind' },
    ])
    const gone = await googleBusiness.poll(ioOf(({ url }) => (url.pathname.endsWith('/reviews') ? {} : refusal(404, 'NOT_FOUND'))).io, {
      cursor: again(result),
      posts: [],
      open: [],
      wanted: [{ kind: 'review', id: 'old' }],
    })
    expect(factsOf(gone)).toMatchObject([{ fact: 'removal', externalId: 'old' }])
    expect(gone.wanted).toBeUndefined()
  })
})

describe('having Google tell', () => {
  type Kept = { pubsubTopic?: string; notificationTypes?: string[] }
  const both = ['NEW_REVIEW', 'UPDATED_REVIEW']
  /** An account with this setting; `written`: what was made of it. */
  const account = (there: Kept, refuse?: Response) => {
    const written: Kept[] = []
    const { io, asked } = ioOf(({ method, body }) => {
      if (method === 'GET') return there
      written.push(JSON.parse(body) as Kept)
      return refuse ?? JSON.parse(body)
    })
    const tell = async (more: Record<string, string> = {}) => {
      io.settings = { ...settings, topic, ...more }
      return googleBusiness.webhook!.install!(io, { url: 'https://inbox.example/webhooks/x/1', secret: 's' })
    }
    const close = async (ownedIds = ['2'], more: Record<string, string> = {}) => {
      Object.assign(io, { settings: { ...settings, topic, ...more }, self: { ...self, ownedIds } })
      await googleBusiness.connect.close!(io)
    }
    return { tell, close, written, asked }
  }

  test('sets the topic for new and changed reviews, once, and leaves what else it is told of', async () => {
    const empty = account({})
    expect(await empty.tell()).toEqual({ webhook: 'on', toldTopic: topic })
    expect(empty.asked.map(({ method, url }) => `${method} ${url.host}${url.pathname}${url.search}`)).toEqual([
      'GET mybusinessnotifications.googleapis.com/v1/accounts/1/notificationSetting',
      'PATCH mybusinessnotifications.googleapis.com/v1/accounts/1/notificationSetting?updateMask=pubsubTopic%2CnotificationTypes',
    ])
    expect(empty.written).toEqual([{ name: 'accounts/1/notificationSetting', pubsubTopic: topic, notificationTypes: both }])
    const done = account({ pubsubTopic: topic, notificationTypes: [...both, 'GOOGLE_UPDATE'] })
    await done.tell()
    expect(done.written).toEqual([])
    const half = account({ pubsubTopic: topic, notificationTypes: ['GOOGLE_UPDATE', 'NEW_REVIEW'] })
    await half.tell()
    expect(half.written).toMatchObject([{ notificationTypes: ['GOOGLE_UPDATE', 'NEW_REVIEW', 'UPDATED_REVIEW'] }])
  })

  test('takes no topic away that somebody else set, replaces its own, and says what a refusal may mean', async () => {
    const other = { pubsubTopic: 'projects/x/topics/other', notificationTypes: ['NEW_REVIEW'] }
    const taken = account(other)
    await expect(taken.tell()).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('projects/x/topics/other') })
    expect(taken.written).toEqual([])
    const own = account(other)
    await own.tell({ toldTopic: 'projects/x/topics/other' })
    expect(own.written).toMatchObject([{ pubsubTopic: topic, notificationTypes: both }])
    const refused = account({}, refusal(400, 'INVALID_ARGUMENT'))
    await expect(refused.tell()).rejects.toMatchObject({ kind: 'rejected', message: expect.stringContaining('mybusiness-api-pubsub@') })
    const none = account({})
    expect(await none.tell({ topic: '' })).toEqual({})
    expect(none.asked).toEqual([])
  })

  test('is taken back with the last location, and only where the setting is still ours', async () => {
    const on: Kept = { pubsubTopic: topic, notificationTypes: [...both, 'GOOGLE_UPDATE'] }
    const last = account(on)
    await last.close()
    expect(last.written).toMatchObject([{ pubsubTopic: topic, notificationTypes: ['GOOGLE_UPDATE'] }])
    for (const [there, ownedIds, more] of [
      [on, ['2', '3'], {}],
      [{ ...on, pubsubTopic: 'projects/x/topics/other' }, ['2'], {}],
      [{ ...on, notificationTypes: ['GOOGLE_UPDATE'] }, ['2'], {}],
      [on, ['2'], { topic: '' }],
    ] satisfies [Kept, string[], Record<string, string>][]) {
      const left = account(there)
      await left.close(ownedIds, more)
      expect(left.written).toEqual([])
    }
  })
})
