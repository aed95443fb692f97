import { RestliClient } from 'linkedin-api-client'
import { afterEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { speak } from '../src/world/speak.ts'

let sandbox: Sandbox | undefined
afterEach(() => sandbox?.close())

test('linkedin-api-client finds the page and its comments, answers, edits, reacts and deletes, and knows a refusal', async () => {
  sandbox = await startSandbox({ port: 0 })
  const { world, urls, secrets } = sandbox
  const client = new RestliClient()
  // It knows one host alone.
  client.axiosInstance.interceptors.request.use((config) => ({
    ...config,
    url: String(config.url).replace('https://api.linkedin.com', urls.linkedin),
  }))
  const usual = { accessToken: secrets.linkedin.accessToken, versionString: '202610' }

  const acls = await client.finder({
    ...usual,
    resourcePath: '/organizationAcls',
    finderName: 'roleAssignee',
    queryParams: { role: 'ADMINISTRATOR', state: 'APPROVED' },
  })
  const actor = String(acls.data.elements[0]?.['organization'])
  const pageId = actor.split(':').at(-1)
  const page = await client.get({ ...usual, resourcePath: '/organizations/{id}', pathKeys: { id: pageId } })
  expect(page.data).toMatchObject({ localizedName: 'Fieldnote' })

  const posts = await client.finder({
    ...usual,
    resourcePath: '/posts',
    finderName: 'author',
    queryParams: { author: actor, count: 10, sortBy: 'LAST_MODIFIED' },
  })
  const share = String(posts.data.elements[0]?.['id'])
  const asked = speak(world, { platform: 'linkedin', author: { name: 'Ana' }, text: 'Do you ship, (really)?', parentId: share })
  const thread = { resourcePath: '/socialActions/{urn}/comments', pathKeys: { urn: share } }
  const comments = await client.getAll({ ...usual, ...thread, queryParams: { start: 0, count: 100 } })
  expect(comments.data.elements).toMatchObject([{ commentUrn: asked.id, message: { text: 'Do you ship, (really)?' } }])
  const told = await client.finder({
    ...usual,
    resourcePath: '/organizationalEntityNotifications',
    finderName: 'criteria',
    queryParams: {
      organizationalEntity: actor,
      actions: ['COMMENT', 'SHARE_MENTION'],
      timeRange: { start: 0, end: world.now().getTime() + 60_000 },
    },
  })
  expect(told.data.elements).toMatchObject([{ action: 'COMMENT', generatedActivity: asked.id }])

  const object = String(comments.data.elements[0]?.['object'])
  const entity = { actor, object, parentComment: asked.id, message: { text: 'From Monday' } }
  const below = { resourcePath: '/socialActions/{urn}/comments', pathKeys: { urn: asked.id } }
  const created = await client.create({ ...usual, ...below, entity })
  expect(created.status).toBe(201)
  const one = { resourcePath: '/socialActions/{urn}/comments/{id}', pathKeys: { urn: object, id: created.createdEntityId } }
  const edited = { originalEntity: { message: { text: 'From Monday' } }, modifiedEntity: { message: { text: 'From Tuesday' } } }
  await client.partialUpdate({ ...usual, ...one, ...edited })
  expect((await client.get({ ...usual, ...one })).data).toMatchObject({ message: { text: 'From Tuesday' }, parentComment: asked.id })

  await client.create({ ...usual, resourcePath: '/reactions', queryParams: { actor }, entity: { root: asked.id, reactionType: 'LIKE' } })
  expect(asked.likes.has(actor)).toBe(true)
  await client.delete({ ...usual, resourcePath: '/reactions/{key}', pathKeys: { key: { actor, entity: asked.id } } })
  expect(asked.likes.has(actor)).toBe(false)
  await client.delete({ ...usual, ...one, queryParams: { actor } })
  await expect(client.get({ ...usual, ...one })).rejects.toMatchObject({ response: { status: 404, data: { status: 404 } } })
  await expect(client.get({ ...usual, ...one, accessToken: 'nobody' })).rejects.toMatchObject({
    response: { data: { code: 'INVALID_ACCESS_TOKEN' } },
  })
})
