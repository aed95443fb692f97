import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { callRest, enc } from './linkedin.ts'

let sandbox: Sandbox
let post: Item
let offsetMs = 0
beforeEach(async () => {
  offsetMs = 0
  sandbox = await startSandbox({ port: 0, now: () => new Date(Date.UTC(2026, 10, 22) + offsetMs) })
  post = sandbox.world.posts('linkedin', true)[0]!
})
afterEach(() => sandbox.close())

const call = (method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }) =>
  callRest(sandbox, method, path, options)
const org = (): string => `urn:li:organization:${sandbox.secrets.linkedin.organizationId}`
const say = (name: string, text: string, parentId: string | null, mention?: boolean): Item =>
  speak(sandbox.world, { platform: 'linkedin', author: { name }, text, parentId, mention })
const comments = (urn: string, query = '') => call('GET', `/socialActions/${enc(urn)}/comments${query}`)
const activity = (): string => String(post.extra['activity'])

describe('addresses', () => {
  test('a URN has to be encoded, the marks of the notation may not be', async () => {
    expect((await call('GET', `/socialActions/${post.id}/comments`)).status).toBe(400)
    expect((await comments(post.id)).status).toBe(200)
    const finder = `/organizationalEntityNotifications?q=criteria&organizationalEntity=${enc(org())}`
    expect((await call('GET', `${finder}&actions=List(COMMENT,SHARE_MENTION)&timeRange=(start:0,end:9999999999999)`)).status).toBe(200)
    expect((await call('GET', `${finder}&actions=List%28COMMENT%29`)).body).toMatchObject({ code: 'ILLEGAL_ARGUMENT' })
    expect((await call('GET', `${finder.replace('%3A', ':')}`)).status).toBe(400)
  })

  test('each call says its version, which stands for about a year', async () => {
    expect((await call('GET', '/posts', { headers: { 'linkedin-version': '' } })).body).toMatchObject({
      status: 400,
      code: 'VERSION_MISSING',
    })
    for (const version of ['202501', 'v2', '202613'])
      expect((await call('GET', '/posts', { headers: { 'linkedin-version': version } })).body).toMatchObject({
        status: 426,
        code: 'NONEXISTENT_VERSION',
      })
    expect((await call('GET', '/posts', { headers: { 'x-restli-protocol-version': '1.0.0' } })).status).toBe(400)
  })

  test('a dead token says how it died', async () => {
    const codeOf = async (headers: Record<string, string> = {}) => {
      const { status, body } = await comments(post.id).then(async (plain) =>
        headers['authorization'] === undefined ? plain : call('GET', '/posts', { headers }),
      )
      return [status, body.code, body.serviceErrorCode]
    }
    expect(await codeOf({ authorization: 'Bearer nobody' })).toEqual([401, 'INVALID_ACCESS_TOKEN', 65600])
    sandbox.faults.setToken('linkedin', 'revoked', sandbox.world.now())
    expect(await codeOf()).toEqual([401, 'REVOKED_ACCESS_TOKEN', 65601])
    sandbox.faults.setToken('linkedin', 'expired', sandbox.world.now())
    expect(await codeOf()).toEqual([401, 'EXPIRED_ACCESS_TOKEN', 65602])
  })
})

describe('reading', () => {
  test('comments stand below the activity, whichever name of the post was asked for, page by page', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => say(`P${index}`, `words ${index}`, post.id).id)
    for (const urn of [post.id, activity(), String(post.extra['ugcPost'])]) {
      const first = (await comments(urn)).body
      expect(first.paging).toEqual({ start: 0, count: 10, links: [] })
      expect(first.elements.map((each: any) => each.commentUrn)).toEqual(ids.slice(0, 10))
      expect(first.elements[0]).toMatchObject({ object: activity(), message: { text: 'words 0', attributes: [] } })
    }
    expect((await comments(post.id, '?start=10&count=100')).body.elements).toHaveLength(2)
    expect((await comments(post.id, '?count=100')).body.elements).toHaveLength(12)
  })

  test('there is one level of replies, each names the comment above; an edit shows in its time', async () => {
    const comment = say('Ana', 'Do you ship to Spain?', post.id)
    const reply = say('Bo', 'I wonder too', comment.id)
    const deeper = say('Ana', 'anybody?', reply.id)
    offsetMs += 60_000
    sandbox.world.edit(deeper, 'nobody?')
    const { elements } = (await comments(comment.id)).body
    expect(elements.map((each: any) => [each.commentUrn, each.parentComment])).toEqual([
      [reply.id, comment.id],
      [deeper.id, comment.id],
    ])
    expect(elements[1].lastModified.time).toBe(elements[1].created.time + 60_000)
    const [top] = (await comments(post.id)).body.elements
    expect(top).toMatchObject({ commentsSummary: { totalFirstLevelComments: 2 } })
    expect(top.parentComment).toBeUndefined()
    expect((await call('GET', `/socialActions/${enc(activity())}/comments/${reply.extra['number']}`)).body.id).toBe(reply.extra['number'])
  })

  test('names come only with a projection that asks for the actor', async () => {
    say('Ana Ruiz', 'Hello', post.id)
    const projection = '?projection=(elements*(*,actor~(localizedFirstName,localizedLastName)))'
    expect((await comments(post.id)).body.elements[0]['actor~']).toBeUndefined()
    expect((await comments(post.id, projection)).body.elements[0]['actor~']).toMatchObject({
      localizedFirstName: 'Ana',
      localizedLastName: 'Ruiz',
    })
    sandbox.faults.setQuirks({ namelessMembers: true })
    expect(Object.keys((await comments(post.id, projection)).body.elements[0]['actor~'])).toEqual(['id'])
  })

  test('the page, whose it is, its posts and what is counted below them', async () => {
    const acls = await call('GET', '/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED')
    expect(acls.body.elements).toMatchObject([{ organization: org(), role: 'ADMINISTRATOR', state: 'APPROVED' }])
    const { organizationId } = sandbox.secrets.linkedin
    expect((await call('GET', `/organizations/${organizationId}`)).body).toMatchObject({
      id: Number(organizationId),
      localizedName: 'Fieldnote',
    })
    const posts = await call('GET', `/posts?q=author&author=${enc(org())}&count=10&sortBy=LAST_MODIFIED`)
    expect(posts.body.elements).toMatchObject([{ id: post.id, author: org(), commentary: post.text }])
    const comment = say('Ana', 'Hello', post.id)
    say('Bo', 'Hi', comment.id)
    const { body } = await call('GET', `/socialMetadata/${enc(activity())}`)
    expect(body).toMatchObject({ commentsState: 'OPEN', commentSummary: { count: 2, topLevelCount: 1 } })
  })

  test('administrators are told of comments, edits, deletions, own answers and tags, newest first, for sixty days', async () => {
    const comment = say('Ana', 'Do you ship?', post.id)
    offsetMs += 1_000
    sandbox.world.edit(comment, 'Do you ship to Spain?')
    speak(sandbox.world, { platform: 'linkedin', author: 'brand', text: 'From Monday', parentId: comment.id })
    const tag = say('Chen', 'Look at this', null, true)
    const share = speak(sandbox.world, { platform: 'linkedin', author: { name: 'Dana' }, text: 'Read this', quotedId: post.id })
    sandbox.world.remove(comment)
    type Notice = { action: string; generatedActivity: string; decoratedGeneratedActivity?: object }
    const find = async (more: string) =>
      (await call('GET', `/organizationalEntityNotifications?q=criteria&organizationalEntity=${enc(org())}${more}`)).body
        .elements as Notice[]
    const all = await find('&count=50')
    expect(all.map((each) => each.action)).toEqual([
      'COMMENT_DELETE',
      'COMMENT_DELETE',
      'SHARE',
      'SHARE_MENTION',
      'ADMIN_COMMENT',
      'COMMENT_EDIT',
      'COMMENT',
    ])
    expect(all.at(-1)).toMatchObject({
      organizationalEntity: org(),
      sourcePost: post.id,
      generatedActivity: comment.id,
      decoratedGeneratedActivity: { comment: { entity: comment.id, owner: comment.authorId, text: 'Do you ship?' } },
    })
    expect(all[0]!.decoratedGeneratedActivity).toBeUndefined()
    expect((await find('&actions=List(SHARE_MENTION)')).map((each) => each.generatedActivity)).toEqual([tag.id])
    expect(await find(`&timeRange=(start:${Date.UTC(2026, 10, 22) + 1_000},end:${Date.UTC(2026, 10, 23)})&count=50`)).toHaveLength(6)
    expect(await find('&actions=List(SHARE)')).toMatchObject([{ sourcePost: post.id, generatedActivity: share.id }])
    offsetMs += 61 * 86_400_000
    expect(await find('')).toEqual([])
  })
})

describe('writing', () => {
  const answer = (urn: string, body: Record<string, unknown>) =>
    call('POST', `/socialActions/${enc(urn)}/comments`, {
      body: { actor: org(), object: activity(), message: { text: 'From Monday' }, ...body },
    })

  test('an answer lands below the comment at the top, and says its id', async () => {
    const comment = say('Ana', 'Do you ship?', post.id)
    const reply = say('Bo', 'I wonder too', comment.id)
    const created = await answer(comment.id, { parentComment: comment.id })
    expect(created.status).toBe(201)
    expect(created.headers.get('x-restli-id')).toBe(created.body.id)
    expect(created.body).toMatchObject({ actor: org(), parentComment: comment.id, message: { text: 'From Monday' } })
    expect((await answer(comment.id, { parentComment: reply.id, message: { text: 'You too' } })).body.parentComment).toBe(comment.id)
    const top = await answer(post.id, { message: { text: 'Thank you all' } })
    expect(top.body.parentComment).toBeUndefined()
    expect(sandbox.world.journal.ledger.map((entry) => entry.inReplyTo)).toEqual([comment.id, comment.id, post.id])
  })

  test.each([
    ['another actor', { actor: 'urn:li:person:x' }, 403],
    ['no words', { message: { text: ' ' } }, 400],
    ['too many words', { message: { text: 'x'.repeat(1_251) } }, 400],
    ['another thread', { object: 'urn:li:activity:1' }, 400],
    ['a comment that is gone', { parentComment: 'urn:li:comment:(urn:li:activity:1,2)' }, 404],
  ])('refuses %s', async (_, body, status) => {
    const comment = say('Ana', 'Do you ship?', post.id)
    expect((await answer(comment.id, { parentComment: comment.id, ...body })).status).toBe(status)
    expect(sandbox.world.journal.ledger).toEqual([])
  })

  test('a post that takes no comments says so, and a deleted thread is not found', async () => {
    const comment = say('Ana', 'Do you ship?', post.id)
    const closed = { patch: { $set: { commentsState: 'CLOSED' } } }
    const path = `/socialMetadata/${enc(post.id)}?actor=${enc(org())}`
    expect((await call('POST', path, { body: closed, headers: { 'x-restli-method': 'PARTIAL_UPDATE' } })).status).toBe(204)
    expect((await answer(comment.id, { parentComment: comment.id })).status).toBe(403)
    sandbox.world.remove(comment)
    expect((await answer(comment.id, { parentComment: comment.id })).status).toBe(404)
  })

  test('own words are changed, own and others’ comments deleted', async () => {
    const comment = say('Ana', 'Buy followers', post.id)
    const created = await answer(post.id, {})
    const at = (number: unknown) => `/socialActions/${enc(activity())}/comments/${String(number)}`
    const patch = { patch: { message: { $set: { text: 'From Tuesday' } } } }
    const headers = { 'x-restli-method': 'partial_update' }
    expect((await call('POST', at(created.body.id), { body: patch, headers })).status).toBe(204)
    expect((await call('GET', at(created.body.id))).body.message.text).toBe('From Tuesday')
    expect((await call('POST', at(comment.extra['number']), { body: patch, headers })).status).toBe(403)
    for (const number of [created.body.id, comment.extra['number']])
      expect((await call('DELETE', `${at(number)}?actor=${enc(org())}`)).status).toBe(204)
    expect((await comments(post.id)).body.elements).toEqual([])
  })

  test('the page reacts once, and takes it back', async () => {
    const comment = say('Ana', 'Lovely', post.id)
    const path = `/reactions?actor=${enc(org())}`
    expect((await call('POST', path, { body: { root: comment.id, reactionType: 'APPLAUSE' } })).status).toBe(400)
    for (const _ of [1, 2]) expect((await call('POST', path, { body: { root: comment.id, reactionType: 'LIKE' } })).status).toBe(201)
    expect([...comment.likes.keys()]).toEqual([org()])
    const key = `/reactions/(actor:${enc(org())},entity:${enc(comment.id)})`
    expect((await call('DELETE', key)).status).toBe(204)
    expect((await call('DELETE', key)).status).toBe(404)
  })

  test('without the product nothing about comments works, whatever the token holds', async () => {
    sandbox.faults.setQuirks({ lacksProduct: true })
    expect((await answer(post.id, {})).body).toMatchObject({
      status: 403,
      code: 'ACCESS_DENIED',
      message: 'Not enough permissions to access: partnerApiSocialActions.CREATE.20261001',
    })
    expect((await comments(post.id)).body.message).toContain('partnerApiSocialActions.GET_ALL')
  })
})

test('the address of a comment on the web opens its post', async () => {
  const comment = say('Ana', 'Do you ship?', post.id)
  const [, act = '', number = ''] = /activity:(\d+),(\d+)/.exec(comment.id) ?? []
  const link = `/feed/update/${encodeURIComponent(activity())}/?commentUrn=${encodeURIComponent(`urn:li:comment:(activity:${act},${number})`)}`
  const page = await fetch(`${sandbox.urls.linkedin}${link}`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('Do you ship?')
})
