import { AtpAgent, RichText } from '@atproto/api'
import { DiscordAPIError, REST } from '@discordjs/rest'
import { Bot } from 'grammy'
import { createRestAPIClient, createStreamingAPIClient } from 'masto'
import { Agent } from 'node:https'
import { connect } from 'node:net'
import { ApiResponseError, TwitterApi } from 'twitter-api-v2'
import { afterEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import { speak } from '../src/world/speak.ts'
import { png } from './pictures.ts'

let sandbox: Sandbox | undefined
afterEach(() => sandbox?.close())

test('@atproto/api signs in, posts, answers a comment, likes and reads its notifications', async () => {
  sandbox = await startSandbox({ port: 0 })
  const { world, secrets } = sandbox
  const agent = new AtpAgent({ service: sandbox.urls.bluesky })
  const { identifier, appPassword, did } = secrets.bluesky
  await agent.login({ identifier, password: appPassword })
  expect(agent.session?.did).toBe(did)

  const posted = await agent.post({ text: 'Indigo is back' })
  const rosa = world.person('bluesky', 'Rosa', 'rosa.test')
  const comment = world.write({ platform: 'bluesky', authorId: rosa.id, text: 'Does it fade? 🧡', parentId: posted.uri })
  const { data } = await agent.listNotifications({ limit: 10, reasons: ['reply'], priority: false })
  expect(data.notifications.map(({ uri, reason }) => ({ uri, reason }))).toEqual([{ uri: comment.id, reason: 'reply' }])

  const rich = new RichText({ text: `😀 @${rosa.handle} a little, then it stays` })
  await rich.detectFacets(agent)
  expect(rich.facets?.[0]?.index).toEqual({ byteStart: 5, byteEnd: 15 })
  const ref = { uri: comment.id, cid: comment.cid }
  const reply = await agent.post({ text: rich.text, facets: rich.facets, reply: { root: posted, parent: ref } })
  await agent.like(comment.id, comment.cid)

  const thread = await agent.getPostThread({ uri: posted.uri })
  const replies = (thread.data.thread as { replies: { post: { uri: string; likeCount: number }; replies: { post: { uri: string } }[] }[] })
    .replies
  expect(replies[0]?.post).toMatchObject({ uri: comment.id, likeCount: 1 })
  expect(replies[0]?.replies[0]?.post.uri).toBe(reply.uri)
})

test('masto posts once for one idempotency key, pages its notifications and edits', async () => {
  sandbox = await startSandbox({ port: 0 })
  const { world, secrets } = sandbox
  const { accessToken, accountId } = secrets.mastodon
  const masto = createRestAPIClient({ url: sandbox.urls.mastodon, accessToken })
  expect((await masto.v1.accounts.verifyCredentials()).id).toBe(accountId)

  const options = { requestInit: { headers: { 'Idempotency-Key': 'key-1' } } }
  const first = await masto.v1.statuses.create({ status: 'Repairs, not returns' }, options)
  const second = await masto.v1.statuses.create({ status: 'Repairs, not returns' }, options)
  expect(second.id).toBe(first.id)

  const kei = world.person('mastodon', '圭', 'kei@garden.example')
  const comments = [1, 2, 3, 4, 5].map((n) =>
    world.write({ platform: 'mastodon', authorId: kei.id, text: `@fieldnote 質問 ${n}`, parentId: first.id }),
  )
  const seen: string[] = []
  for await (const page of masto.v1.notifications.list({ types: ['mention'], limit: 2 }))
    seen.push(...page.map(({ status }) => status?.id ?? ''))
  expect(seen).toEqual(comments.map(({ id }) => id).reverse())

  const context = await masto.v1.statuses.$select(first.id).context.fetch()
  expect(context.descendants).toHaveLength(5)
  const liked = await masto.v1.statuses.$select(comments[0]?.id ?? '').favourite()
  expect(liked.favourited).toBe(true)
  const edited = await masto.v1.statuses.$select(first.id).update({ status: 'Repairs first' })
  expect(edited.content).toBe('<p>Repairs first</p>')
  await masto.v1.statuses.$select(first.id).remove()
  await expect(masto.v1.statuses.$select(first.id).fetch()).rejects.toThrow('Record not found')
})

test('masto is told of notifications and of own statuses over a WebSocket, as they happen', async () => {
  sandbox = await startSandbox({ port: 0 })
  const { world, secrets } = sandbox
  const { accessToken } = secrets.mastodon
  const { configuration } = await createRestAPIClient({ url: sandbox.urls.mastodon, accessToken }).v2.instance.fetch()
  const streaming = createStreamingAPIClient({ streamingApiUrl: configuration.urls.streaming, accessToken })
  const heard: [event: string, content: unknown][] = []
  const listening = (async () => {
    for await (const { event, payload } of streaming.user.subscribe()) {
      heard.push([event, (payload as { status?: { id: string } }).status?.id ?? (payload as { id: string }).id])
      if (event === 'update') break
    }
  })()
  await expect.poll(() => world.journal.calls.some(({ path }) => path.startsWith('/api/v1/streaming')), { timeout: 10_000 }).toBe(true)
  const [post] = world.posts('mastodon', true)
  // The subscription is on its way until something comes.
  await expect
    .poll(
      () => {
        speak(world, { platform: 'mastodon', author: { name: 'Kei' }, text: 'does it fade?', parentId: post!.id })
        return heard.length
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(0)
  const own = speak(world, { platform: 'mastodon', author: 'brand', text: 'It does not' })
  await listening
  streaming.close()
  expect(heard[0]?.[0]).toBe('notification')
  expect(world.find('mastodon', String(heard[0]?.[1]))?.text).toContain('does it fade?')
  expect([
    ['update', own.id],
    ['notification', heard[1]?.[1]],
  ]).toContainEqual(heard[1])
})

test('grammy listens for comments, answers below them, reacts, and knows a refusal', async () => {
  sandbox = await startSandbox({ port: 0 })
  const { world, secrets } = sandbox
  const { botId, token, groupId } = secrets.telegram
  const bot = new Bot(`${botId}:${token}`, { client: { apiRoot: sandbox.urls.telegram } })
  const heard: { text: string; inThread: boolean; mentions: string[] }[] = []
  bot.on('message:text', async (ctx) => {
    const { message } = ctx
    if (message.is_automatic_forward) return
    heard.push({
      text: message.text,
      inThread: message.reply_to_message?.is_automatic_forward === true,
      mentions: ctx.entities('mention').map(({ text }) => text),
    })
    await ctx.reply('Ships <b>Monday</b>', { parse_mode: 'HTML', reply_parameters: { message_id: message.message_id } })
    await ctx.react('👍')
  })
  const running = bot.start({ timeout: 1 })
  const comment = speak(world, {
    platform: 'telegram',
    author: { name: 'Rosa' },
    text: '@fieldnote_bot does it ship?',
    parentId: world.posts('telegram', true)[0]?.id ?? null,
  })
  await expect.poll(() => comment.likes.size, { timeout: 10_000 }).toBe(1)
  await bot.stop()
  await running
  expect(heard).toEqual([{ text: '@fieldnote_bot does it ship?', inThread: true, mentions: ['@fieldnote_bot'] }])
  expect(world.replies(comment).map(({ text }) => text)).toEqual(['Ships Monday'])
  expect(bot.botInfo.username).toBe('fieldnote_bot')
  await expect(bot.api.sendMessage(groupId, 'x', { reply_parameters: { message_id: 1 } })).rejects.toThrow(
    'message to be replied not found',
  )
  expect((await bot.api.getChat(Number(groupId))).linked_chat_id).toBe(Number(secrets.telegram.channelId))
})

test('@discordjs/rest reads a thread, answers in it once, reacts, deletes, and knows a refusal', async () => {
  sandbox = await startSandbox({ port: 0 })
  const { world, secrets } = sandbox
  const { token, botId, guildId } = secrets.discord
  const rest = new REST({ version: '10', api: `${sandbox.urls.discord}/api` }).setToken(token)
  expect(await rest.get('/users/@me')).toMatchObject({ id: botId, bot: true })
  const post = speak(world, { platform: 'discord', author: 'brand', title: 'Stitch along', text: 'Step one is up' })
  const asked = speak(world, { platform: 'discord', author: { name: 'Idris' }, text: 'with the grain?', parentId: post.id })
  const { threads } = (await rest.get(`/guilds/${guildId}/threads/active`)) as { threads: { id: string }[] }
  expect(threads[0]?.id).toBe(post.id)
  const query = new URLSearchParams({ after: post.id, limit: '100' })
  expect(await rest.get(`/channels/${post.id}/messages`, { query })).toMatchObject([{ id: asked.id, content: 'with the grain?' }])
  const body = { content: 'Across it', message_reference: { message_id: asked.id }, nonce: 'once', enforce_nonce: true }
  const sent = [await rest.post(`/channels/${post.id}/messages`, { body }), await rest.post(`/channels/${post.id}/messages`, { body })]
  expect(new Set(sent.map((each) => (each as { id: string }).id)).size).toBe(1)
  await rest.put(`/channels/${post.id}/messages/${asked.id}/reactions/${encodeURIComponent('👍')}/@me`)
  expect(asked.likes.has(botId)).toBe(true)
  await rest.delete(`/channels/${post.id}/messages/${asked.id}`)
  const refusal = await rest.post(`/channels/${post.id}/messages`, { body: { ...body, nonce: 'twice' } }).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(DiscordAPIError)
  expect(refusal).toMatchObject({ status: 400, code: 50035, message: expect.stringContaining('REPLIES_UNKNOWN_MESSAGE') })
})

test('twitter-api-v2 finds who mentions us, answers once and deletes, by either kind of token', async () => {
  sandbox = await startSandbox({ port: 0 })
  const { world, secrets, url } = sandbox
  const { accessToken, apiKey, apiKeySecret, userToken, userTokenSecret, userId } = secrets.x
  const [post] = world.posts('x', true)
  const asked = speak(world, { platform: 'x', author: { name: 'Kai' }, text: 'does it ship?', parentId: post!.id })
  // The client knows X's own address alone: its connections are led here.
  class Here extends Agent {
    override createConnection(): ReturnType<typeof connect> {
      return connect(Number(new URL(url).port), '127.0.0.1')
    }
  }
  const tokens = { appKey: apiKey, appSecret: apiKeySecret, accessToken: userToken, accessSecret: userTokenSecret }
  for (const [n, { v2 }] of [accessToken, tokens]
    .map((each) => new TwitterApi(each as typeof tokens, { httpAgent: new Here() }))
    .entries()) {
    expect((await v2.me()).data).toMatchObject({ id: userId, username: 'fieldnote' })
    const mentions = await v2.userMentionTimeline(userId, { max_results: 5, expansions: ['author_id'] })
    expect(mentions.tweets.map(({ id }) => id)).toEqual([asked.id])
    expect(mentions.includes.users).toMatchObject([{ name: 'Kai' }])
    expect(mentions.rateLimit.remaining).toBeLessThan(mentions.rateLimit.limit)
    const sent = await v2.reply(`On Monday, ${n}`, asked.id)
    const media = await v2.uploadMedia(png({ shade: n }), { media_type: 'image/png', media_category: 'tweet_image' })
    const pictured = await v2.reply(`Like this, ${n}`, asked.id, { media: { media_ids: [media] } })
    expect(world.mediaOf(world.find('x', pictured.data.id)!)[0]?.file.bytes).toEqual(png({ shade: n }))
    const again = await v2.reply(`On Monday, ${n}`, asked.id).catch((error: unknown) => error)
    expect(again).toBeInstanceOf(ApiResponseError)
    expect(again).toMatchObject({ code: 403, data: { detail: expect.stringContaining('duplicate content') as string } })
    const { data } = await v2.singleTweet(sent.data.id, { 'tweet.fields': ['conversation_id', 'referenced_tweets'] })
    expect(data).toMatchObject({ conversation_id: post!.id, referenced_tweets: [{ type: 'replied_to', id: asked.id }] })
    expect((await v2.deleteTweet(sent.data.id)).data).toEqual({ deleted: true })
    expect((await v2.singleTweet(sent.data.id)).errors).toMatchObject([{ title: 'Not Found Error' }])
  }
})
