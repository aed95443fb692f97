import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConversationRow } from '@answerback/core/api'
import type { FanWords, Peer } from './peer.ts'
import { openStaff, soon, type Staff } from './staff.ts'

/** What must hold with every peer, whoever wrote it: each test with an installation of its own, all with one peer. */
export function describeLoop(name: string, isHere: boolean, open: () => Promise<Peer>): void {
  describe.skipIf(!isHere)(name, () => {
    let peer: Peer
    let staff: Staff
    beforeAll(async () => void (peer = await open()))
    afterAll(() => peer?.close())
    beforeEach(async () => void (staff = await openStaff(peer)))
    afterEach(() => staff?.close())

    /** The fan sees the answer once, the account's own records hold it once, and our thread shows it once, also when it has come back from there. */
    async function expectOnce(words: FanWords, row: ConversationRow, text: string): Promise<void> {
      const wanted = asRead(text)
      const seen = async () => (await peer.answersSeen(words)).map(asRead)
      await expect.poll(seen, soon).toEqual([wanted])
      await staff.readAgain()
      const told = (await staff.thread(row)).messages.filter(({ direction }) => direction === 'out').map((message) => message.text)
      expect(told).toEqual([text])
      expect(await kept(text)).toEqual([wanted])
      expect(await seen()).toEqual([wanted])
    }

    const kept = async (text: string) => (await peer.answersKept()).map(asRead).filter((each) => each === asRead(text))

    test('a fan comments, it arrives, staff answer, and the fan sees one reply', async () => {
      await staff.start('worker')
      const words = await peer.comment('Does the strap come off?')
      const row = await staff.waiting(words.text)
      const reply = await staff.answer(row, 'It does, with two clips.')
      await expect.poll(async () => (await staff.reply(reply)).state, soon).toBe('sent')
      await expectOnce(words, row, 'It does, with two clips.')
      expect((await staff.thread(row)).state).toBe('answered')
    })

    test('a worker killed between send and acknowledgement leaves one reply', async () => {
      const worker = await staff.start('worker')
      const words = await peer.comment('Do you repair zips?')
      const row = await staff.waiting(words.text)
      const held = peer.keep('answer', peer.writes)
      const reply = await staff.answer(row, text)
      await held
      await worker.kill()
      expect(await kept(text), 'the peer has it').toHaveLength(1)
      // Nobody told us, unless its echo came down within the instant.
      expect((await staff.reply(reply)).state).toMatch(/^(sending|sent)$/)
      await staff.start('worker')
      await expect.poll(async () => (await staff.reply(reply)).state, soon).toBe('sent')
      await expectOnce(words, row, text)
    })

    test('a reply that never reached the peer before the worker was killed arrives once, or a person is asked', async () => {
      const worker = await staff.start('worker')
      const words = await peer.comment('Which wax do you use?')
      const row = await staff.waiting(words.text)
      const held = peer.keep('call', peer.writes)
      const reply = await staff.answer(row, 'Beeswax, and nothing else.')
      await held
      await worker.kill()
      await staff.start('worker')
      const end = async () => (await staff.reply(reply)).state
      await expect.poll(end, { ...soon, timeout: 90_000 }).toMatch(/^(sent|needs_check)$/)
      if ((await end()) === 'sent') return expectOnce(words, row, 'Beeswax, and nothing else.')
      expect(await kept('Beeswax, and nothing else.')).toEqual([])
      // A person looked, and tries again.
      expect((await staff.request('POST', `/api/v1/replies/${reply}/attempts`, {})).status).toBe(202)
      await expect.poll(end, soon).toBe('sent')
      await expectOnce(words, row, 'Beeswax, and nothing else.')
    }, 180_000)

    test('an answer that the brand gives there ends the wait', async () => {
      await staff.start('worker')
      const words = await peer.comment('Is it lined?')
      const row = await staff.waiting(words.text)
      await peer.answerThere(words, 'With cotton.')
      await staff.until('the answer is seen', async () => (await staff.thread(row)).state === 'answered')
      const thread = await staff.thread(row)
      expect(thread.turns.map(({ state, source }) => [state, source])).toEqual([['answered', 'native']])
      expect(thread.messages.map(({ direction, text }) => [direction, text])).toEqual([
        ['in', 'Is it lined?'],
        ['out', 'With cotton.'],
      ])
    })

    test('what is taken away there is owed no longer', async () => {
      await staff.start('worker')
      const words = await peer.comment('Never mind me')
      const row = await staff.waiting(words.text)
      await peer.remove(words)
      await staff.until('it is gone here', async () => (await staff.thread(row)).messages[0]?.state === 'removed')
      expect((await staff.thread(row)).turns.map(({ state }) => state)).toEqual(['withdrawn'])
    })
  })
}

/** With what servers like to change: quotes, dashes, an ampersand, an angle bracket, lines, an emoji, an address. */
const text = 'Of course – "for life" & <free>, it\'s our promise...\n\nSee https://fieldnote.example/repairs?from=inbox&lang=en 👩🏽‍🌾'

/** As somebody reads it, to whom one kind of quotes, dots and white space is as good as another. */
function asRead(text: string): string {
  return text.replaceAll(/[“”]/g, '"').replaceAll(/[‘’]/g, "'").replaceAll('…', '...').replaceAll(/\s+/g, ' ').trim()
}
