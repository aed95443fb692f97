import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedComment } from '../../test/own-source.ts'
import { openWorld, type World } from '../../test/world.ts'

/** As docs/webhook.md tells it, against a server that knows no sandbox. */
let world: World
beforeAll(async () => {
  world = await openWorld()
  world.ctx.env.apiUrls = {}
  world.ctx.env.allowedHosts = []
})
afterAll(() => world.close())

test.for([{ name: 'Questions' }, { name: 'Answers', url: '', outboundSecret: '', actionUrl: '' }])(
  'a source without an address for replies is connected, and what it signs is heard',
  async (settings) => {
    const owner = { key: world.keys.owner }
    const connected = await world.request('POST', '/api/v1/channels', { ...owner, body: { platform: 'webhook', settings } })
    expect(connected.status).toBe(201)
    const { id } = connected.body as { id: string }
    const { secret } = (await world.request('GET', `/api/v1/channels/${id}/webhook`, owner)).body as { secret: string }
    const text = `Asked at ${settings.name}`
    const event = signedComment(secret, { id: `c-${settings.name}`, text, at: world.ctx.now() })
    expect(await fetch(`${world.url}/webhooks/webhook/${id}`, { method: 'POST', ...event })).toMatchObject({ status: 200 })
    await world.drain()
    const { body: list } = await world.request('GET', `/api/v1/conversations?channelId=${id}`)
    expect(list).toMatchObject({ items: [{ channelId: id, waitingMessage: { text } }] })
  },
)
