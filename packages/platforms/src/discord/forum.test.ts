import { expect, test } from 'vitest'
import { openSandboxWorld } from '../../test/sandbox-world.ts'
import { Reader } from '../conformance/reader.ts'
import { discord } from './adapter.ts'

test('what somebody posts in the forum is a message, is answered in its own thread, and so is what others write below', async () => {
  const world = await openSandboxWorld(discord)
  try {
    const reader = new Reader(discord, world)
    await reader.poll()
    const asked = world.comment('Kai', 'Which thread for heavy corners?', null)
    const below = world.comment('Ana', 'I want to know too', asked)
    await reader.poll()
    expect(reader.message(asked)).toMatchObject({ kind: 'comment', ours: false, parentExternalId: null, ref: { channel: asked } })
    expect(reader.message(below)).toMatchObject({ parentExternalId: asked, postExternalId: asked, ref: { channel: asked } })
    for (const [target, text] of [
      [asked, 'Waxed linen, 18/3'],
      [below, 'See above'],
    ] as const) {
      const now = world.io.now().toISOString()
      const input = { target: reader.target(target), text, key: `key of ${target}`, createdAt: now, since: now }
      const sent = await discord.reply(world.io, input)
      expect(world.parentOf(sent.externalId)).toBe(target)
      expect(await discord.find(world.io, input)).toMatchObject({ found: 'landed', sent: { externalId: sent.externalId } })
      await reader.poll()
      expect(reader.message(sent.externalId)).toMatchObject({ ours: true, parentExternalId: target, postExternalId: asked })
    }
  } finally {
    await world.close()
  }
})
