import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ConversationRow } from '@answerback/core/api'
import { describeLoop } from './loop.ts'
import { isInstalled } from './peer.ts'
import { openStaff, soon, type Staff } from './staff.ts'
import { openWordPress, type WordPress } from './wordpress.ts'

describeLoop('WordPress as Debian has it', isInstalled('wordpress'), openWordPress)

describe.skipIf(!isInstalled('wordpress'))('a site and who has which rights on it', () => {
  let site: WordPress
  let staff: Staff | null = null
  beforeAll(async () => void (site = await openWordPress()))
  afterAll(() => site?.close())
  afterEach(async () => {
    await staff?.close()
    staff = null
  })

  async function open(settings = site.settings): Promise<Staff> {
    staff = await openStaff({ ...site, settings })
    await staff.start('worker')
    return staff
  }
  /** The conversation with those words, whatever its state. */
  async function rowOf({ request }: Staff, text: string): Promise<ConversationRow | undefined> {
    const { items } = (await request('GET', '/api/v1/conversations?state=all')).body as { items: ConversationRow[] }
    return items.find(({ lastMessage }) => lastMessage.text === text)
  }

  test('what somebody writes for the first time arrives as held, and is owed once it is approved on the site', async () => {
    const inbox = await open()
    await site.approveFirst(true)
    const words = await site.comment('May I ask something?')
    await inbox.until('it arrives', async () => (await rowOf(inbox, words.text))?.state === 'moderated')
    await site.ask('POST', `comments/${words.id}`, { status: 'approved' })
    await inbox.until('it waits', async () => (await rowOf(inbox, words.text))?.state === 'waiting')
    const { messages } = await inbox.thread((await rowOf(inbox, words.text))!)
    expect(messages.map(({ state }) => state)).toEqual(['visible'])
    await site.approveFirst(false)
  })

  test('an author, who may not moderate, reads and answers; what is taken away is no trouble, a withdrawn password is', async () => {
    const { id } = await site.ask('POST', 'users', {
      username: 'bea',
      email: 'bea@fieldnote.example',
      password: 'Only-for-tests',
      roles: ['author'],
    })
    const made = await site.ask('POST', `users/${id}/application-passwords`, { name: 'Answerback' })
    const inbox = await open({ ...site.settings, username: 'bea', applicationPassword: made.password })
    const [asked, spam] = [await site.comment('Is there a left-handed one?'), await site.comment('Cheap watches')]
    const reply = await inbox.answer(await inbox.waiting(asked.text), 'There is.')
    await expect.poll(async () => (await inbox.reply(reply)).state, soon).toBe('sent')
    await expect.poll(async () => (await site.page()).split('There is.').length - 1, soon).toBe(1)

    await inbox.waiting(spam.text)
    await site.ask('POST', `comments/${spam.id}`, { status: 'spam' })
    await inbox.until('it is owed no longer', async () => (await rowOf(inbox, spam.text))?.state === 'moderated')
    const stateOfChannel = async () => (await inbox.request('GET', '/api/v1/channels')).body.items[0].state
    expect(await stateOfChannel()).toBe('healthy')
    await site.ask('DELETE', `users/${id}/application-passwords/${made.uuid}`)
    await inbox.until('somebody has to connect it again', async () => (await stateOfChannel()) === 'needs_reauthorization')
  })
})
