import { expect, onTestFinished, test } from 'vitest'
import { startSandbox, type Sandbox } from '@answerback/sandbox/sandbox'
import { speak } from '@answerback/sandbox/world/speak'
import type { Io, PollInput, ReplyInput } from '../platform.ts'
import { bluesky } from './adapter.ts'

/** What views say is not what the account's own server knows: habits of a real network, as the sandbox has them on request. */
async function open(): Promise<{ sandbox: Sandbox; io: Io; comment: string; post: string }> {
  const sandbox = await startSandbox({ port: 0, brand: 'empty', only: ['bluesky'] })
  onTestFinished(() => sandbox.close())
  const { settings } = sandbox.platforms.find(({ id }) => id === 'bluesky')!
  const now = (): Date => new Date()
  const { account, ...connected } = await bluesky.connect.open({ fetch, now }, settings)
  const post = speak(sandbox.world, { platform: 'bluesky', author: 'brand', text: 'Our post' }).id
  const comment = speak(sandbox.world, { platform: 'bluesky', author: { name: 'Ana' }, text: 'hi', parentId: post }).id
  const self = { accountId: account.externalId, handle: account.handle, ownedIds: [account.externalId], host: '' }
  return { sandbox, io: { fetch, now, ...connected, save: async () => {}, self }, comment, post }
}

const likesOf = ({ world }: Sandbox, id: string): number => world.find('bluesky', id)!.likes.size

test('a like is taken back, and given again, although views do not show the one or the other yet', async () => {
  const { sandbox, io, comment } = await open()
  const like = (liked: boolean): Promise<void> => bluesky.like!(io, { externalId: comment, ref: {}, liked })
  sandbox.faults.setQuirks({ lateViews: true })
  await like(true)
  await like(true)
  expect(likesOf(sandbox, comment)).toBe(1)
  expect(sandbox.world.journal.ledger.filter(({ endpoint }) => endpoint.includes('createRecord'))).toHaveLength(1)
  await like(false)
  expect(likesOf(sandbox, comment)).toBe(0)
  sandbox.faults.setQuirks({ lateViews: false })
  await like(true)
  // Seen: from here on views show a like, also when there is none.
  await bluesky.poll(io, { cursor: null, posts: [], open: [{ externalId: comment }] })
  sandbox.faults.setQuirks({ lateViews: true })
  await like(false)
  await like(true)
  expect(likesOf(sandbox, comment)).toBe(1)
  const written = sandbox.world.journal.ledger.length
  sandbox.faults.setQuirks({ lateViews: false })
  await like(true)
  expect(sandbox.world.journal.ledger).toHaveLength(written)
})

test('who blocks us has deleted nothing: it stays here, and no reply is sent', async () => {
  const { sandbox, io, comment, post } = await open()
  sandbox.faults.setQuirks({ everybodyBlocks: true })
  const asked: PollInput = { cursor: null, posts: [{ externalId: post, ref: {} }], open: [{ externalId: comment }] }
  const factsOf = async (): Promise<[string, string][]> => {
    const { pages, trouble } = await bluesky.poll(io, asked)
    expect(trouble).toBeUndefined()
    return pages.flatMap((page) =>
      bluesky
        .normalize({ ...page, receivedAt: io.now().toISOString() }, io.self)
        .facts.flatMap((fact): [string, string][] => (fact.fact !== 'post' && fact.externalId === comment ? [[page.kind, fact.fact]] : [])),
    )
  }
  expect((await factsOf()).filter(([kind]) => kind !== 'notifications')).toEqual([])
  const target = {
    externalId: comment,
    parentExternalId: post,
    postExternalId: post,
    ref: {},
    authorExternalId: null,
    authorHandle: null,
    private: false,
  }
  const input: ReplyInput = { target, text: 'Hello', key: 'k', createdAt: io.now().toISOString() }
  await expect(bluesky.reply(io, input)).rejects.toMatchObject({
    kind: 'rejected',
    notSent: true,
    message: expect.stringContaining('block') as string,
  })

  sandbox.faults.setQuirks({ everybodyBlocks: false })
  sandbox.world.remove(sandbox.world.find('bluesky', comment)!)
  expect(await factsOf()).toEqual([['thread', 'removal']])
  await expect(bluesky.reply(io, input)).rejects.toMatchObject({ kind: 'gone', notSent: true })
})
