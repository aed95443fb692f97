import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../../test/world.ts'

/** As docs/webhook.md tells it, against a server that knows no sandbox. */
let world: World
beforeAll(async () => {
  world = await openWorld()
  world.ctx.env.apiUrls = {}
  world.ctx.env.allowedHosts = []
})
afterAll(() => world.close())

test.for([{ name: 'Shop questions' }, { name: 'Shop answers', url: '', outboundSecret: '', actionUrl: '' }])(
  'a source without an address for replies is connected, and what it signs is heard',
  async (settings) => {
    const connected = await world.request('POST', '/api/v1/channels', { key: world.keys.owner, body: { platform: 'webhook', settings } })
    expect(connected.status).toBe(201)
    const { id } = connected.body as { id: string }
    const { secret } = (await world.request('GET', `/api/v1/channels/${id}/webhook`, { key: world.keys.owner })).body as { secret: string }

    const at = Math.floor(world.ctx.now().getTime() / 1000)
    const author = { id: 'u-22', name: 'Kai' }
    const data = {
      id: `c-${settings.name}`,
      thread_id: 'post-40',
      text: `Asked at ${settings.name}`,
      created_at: world.ctx.now().toISOString(),
      author,
    }
    const body = JSON.stringify({ type: 'comment.created', data })
    const signature = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
      .update(`msg_${id}.${at}.${body}`)
      .digest('base64')
    const headers = { 'webhook-id': `msg_${id}`, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` }
    const answer = await fetch(`${world.url}/webhooks/webhook/${id}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
    expect(answer.status).toBe(200)
    await world.drain()
    const { body: list } = await world.request('GET', `/api/v1/conversations?channelId=${id}`)
    expect(list).toMatchObject({ items: [{ channelId: id, waitingMessage: { text: data.text } }] })
  },
)
