import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { join, openVisitor, tokenOf, type Joined } from '../../test/visitor.ts'
import { openWorld, type World } from '../../test/world.ts'
import { openMail } from './mail.ts'

let world: World
let smtp: SMTPServer
let letters: { to: string[]; text: string }[] = []
let waiting: (() => void)[] = []
let olga: Joined

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('refused') ? new Error('No such mailbox') : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        letters.push({ to: session.envelope.rcptTo.map((each) => each.address), text: plain(Buffer.concat(chunks).toString()) })
        for (const arrived of waiting.splice(0)) arrived()
        done()
      })
    },
  })
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const { port } = smtp.server.address() as AddressInfo
  world = await openWorld({ mail: openMail({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'Answerback <inbox@fieldnote.example>' }) })
  olga = await join(world, 'Olga', 'owner')
  letters = []
})
afterAll(async () => {
  await world.close()
  await new Promise<void>((resolve) => smtp.close(resolve))
})

/** Quoted-printable undone (RFC 2045 6.7), so that links are whole. */
function plain(raw: string): string {
  return raw.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const linkIn = (text: string) => /https?:\/\/\S+token=\S+/.exec(text)![0]

test('an invitation goes out by e-mail, and its link is the one that opens', async () => {
  const { body } = await olga.request('POST', '/api/v1/invitations', { email: 'kim@people.example', role: 'manager' })
  expect(body.mailed).toBe(true)
  expect(letters.map((each) => each.to)).toEqual([['kim@people.example']])
  expect(letters[0]!.text).toContain('From: Answerback <inbox@fieldnote.example>')
  expect(linkIn(letters[0]!.text)).toBe(body.url)
})

test('an invitation that the mail server refuses is still a link to copy', async () => {
  const { status, body } = await olga.request('POST', '/api/v1/invitations', { email: 'refused@people.example', role: 'manager' })
  expect([status, body.mailed]).toEqual([201, false])
  const shown = await openVisitor(world).request('GET', `/api/v1/invitations/accept?token=${tokenOf(body.url)}`)
  expect(shown.body.good).toBe(true)
})

test('a reset link goes to those who are known alone, a few times at most, and works', async () => {
  letters = []
  const visitor = openVisitor(world)
  const ask = (email: string) => visitor.request('POST', '/api/v1/password-reset', { email })
  expect(await ask('nobody@people.example')).toEqual({ status: 202, body: { mailed: true } })
  const arrived = new Promise<void>((resolve) => waiting.push(resolve))
  expect(await ask(olga.email)).toEqual({ status: 202, body: { mailed: true } })
  await arrived
  expect(letters.map((each) => each.to)).toEqual([[olga.email]])
  const token = tokenOf(linkIn(letters[0]!.text))
  const put = await visitor.request('PUT', '/api/v1/password-reset/link', { token, password: 'by letter this time' })
  expect(put.status).toBe(204)
  expect((await visitor.request('POST', '/api/v1/session', { email: olga.email, password: 'by letter this time' })).status).toBe(200)
  const statuses = []
  for (let time = 0; time < 6; time += 1) statuses.push((await ask('nobody@people.example')).status)
  expect(statuses).toEqual([202, 202, 202, 202, 429, 429])
})
