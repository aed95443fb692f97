import { speak } from '@answerback/sandbox/world/speak'
import type { PlatformId } from '@answerback/sandbox/world/item'
import type { ConversationRow } from '@answerback/core/api'
import type { World } from './world.ts'

let serial = 0

/** Somebody new comments under the brand's post there. Returns their row once it is in the inbox. */
export async function someoneAsks(world: World, platform: PlatformId = 'facebook', text = 'Do you ship?'): Promise<ConversationRow> {
  const said = `${text} #${(serial += 1)}`
  const post = world.sandbox.world.posts(platform, true)[0]!
  const name = `Asker ${String.fromCharCode(65 + (serial % 26))}${serial}`
  speak(world.sandbox.world, { platform, author: { name }, text: said, parentId: post.id })
  for (let round = 0; round < 20; round += 1) {
    await world.drain({ polls: true })
    const row = (await rowsOf(world)).find((each) => each.waitingMessage?.text.includes(said))
    if (row) return row
    world.pass(5_000)
  }
  throw new Error(`“${said}” never arrived`)
}

/** The same person writes once more in their thread. */
export async function theyWriteAgain(world: World, row: ConversationRow, text: string): Promise<void> {
  const platform = row.platform as PlatformId
  const first = world.sandbox.world.items[platform].get(row.lastMessage.externalId)!
  const author = world.sandbox.world.author(first)
  speak(world.sandbox.world, { platform, author: { name: author.name, handle: author.handle }, text, parentId: first.id })
  world.pass(5_000)
  await world.drain({ polls: true })
}

/** One row of the inbox by its id, as it is now. */
export async function rowOf(world: World, id: string): Promise<ConversationRow> {
  const { status, body } = await world.request('GET', `/api/v1/conversations/${id}`)
  if (status !== 200) throw new Error(`No conversation ${id}: ${status}`)
  return body
}

async function rowsOf(world: World): Promise<ConversationRow[]> {
  const { body } = await world.request('GET', '/api/v1/conversations?state=all&sort=newest&limit=100')
  return body.items
}
