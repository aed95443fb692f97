import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkIn, openMailbox } from '../../test/letters.ts'
import { join, openVisitor, tokenOf, type Joined } from '../../test/visitor.ts'
import { openWorld, type World } from '../../test/world.ts'
import { openMail } from './mail.ts'

let world: World
let mailbox: Awaited<ReturnType<typeof openMailbox>>
let olga: Joined

beforeAll(async () => {
  mailbox = await openMailbox()
  world = await openWorld({ mail: openMail({ smtpUrl: mailbox.smtpUrl, from: 'Answerback <inbox@fieldnote.example>' }) })
  olga = await join(world, 'Olga', 'owner')
  mailbox.letters.length = 0
})
afterAll(async () => {
  await world.close()
  await mailbox.close()
})

test('an invitation goes out by e-mail, and its link is the one that opens', async () => {
  const { body } = await olga.request('POST', '/api/v1/invitations', { email: 'kim@people.example', role: 'manager' })
  expect(body.mailed).toBe(true)
  expect(mailbox.letters.map((each) => each.to)).toEqual([['kim@people.example']])
  expect(mailbox.letters[0]!.text).toContain('From: Answerback <inbox@fieldnote.example>')
  expect(linkIn(mailbox.letters[0]!)).toBe(body.url)
})

test('an invitation that the mail server refuses is still a link to copy', async () => {
  const { status, body } = await olga.request('POST', '/api/v1/invitations', { email: 'refused@people.example', role: 'manager' })
  expect([status, body.mailed]).toEqual([201, false])
  const shown = await openVisitor(world).request('GET', `/api/v1/invitations/accept?token=${tokenOf(body.url)}`)
  expect(shown.body.good).toBe(true)
})

test('a reset link goes to those who are known alone, a few times at most, and works', async () => {
  mailbox.letters.length = 0
  const visitor = openVisitor(world)
  const ask = (email: string) => visitor.request('POST', '/api/v1/password-reset', { email })
  expect(await ask('nobody@people.example')).toEqual({ status: 202, body: { mailed: true } })
  expect(await ask(olga.email)).toEqual({ status: 202, body: { mailed: true } })
  await mailbox.letterTo(olga.email)
  expect(mailbox.letters.map((each) => each.to)).toEqual([[olga.email]])
  const token = tokenOf(linkIn(mailbox.letters[0]!))
  const put = await visitor.request('PUT', '/api/v1/password-reset/link', { token, password: 'by letter this time' })
  expect(put.status).toBe(204)
  expect((await visitor.request('POST', '/api/v1/session', { email: olga.email, password: 'by letter this time' })).status).toBe(200)
  const statuses = []
  for (let time = 0; time < 6; time += 1) statuses.push((await ask('nobody@people.example')).status)
  expect(statuses).toEqual([202, 202, 202, 202, 429, 429])
})
