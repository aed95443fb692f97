import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openOtherWorkspace } from '../../test/busy.ts'
import { someoneAsks } from '../../test/people.ts'
import { join, openSocket, openVisitor, passwordOf, tokenOf, untilCut, type Joined, type Visitor } from '../../test/visitor.ts'
import { connectAll, openWorld, type World } from '../../test/world.ts'
import { openAuth } from './auth.ts'

let world: World
let other: { id: string; key: string }
let olga: Joined
let lea: Joined
let max: Joined

beforeAll(async () => {
  world = await openWorld()
  other = await openOtherWorkspace(world)
  await connectAll(world)
  olga = await join(world, 'Olga', 'owner')
  lea = await join(world, 'Lea', 'lead')
  max = await join(world, 'Max', 'manager')
})
afterAll(() => world.close())

const invite = (by: Visitor, email: string, role = 'manager') => by.request('POST', '/api/v1/invitations', { email, role })
const show = (token: string, visitor = openVisitor(world)) => visitor.request('GET', `/api/v1/invitations/accept?token=${token}`)
const accept = (body: object, visitor = openVisitor(world)) => visitor.request('POST', '/api/v1/invitations/accept', body)
const listen = (visitor: Visitor, workspace?: string) => openSocket(world, visitor, workspace)
const newcomer = { name: 'Nico', password: passwordOf('Nico') }

async function audited(workspaceId = world.workspaceId): Promise<string[]> {
  const { rows } = await world.ctx.db.inWorkspace(workspaceId, (tx) => tx.execute<{ what: string }>('select what from audit order by id'))
  return rows.map((row) => row.what)
}

describe('an invitation', () => {
  test('is shown, accepted once, and says afterwards that it was', async () => {
    const { status, body } = await invite(lea, 'Nico@People.example')
    expect([status, body.mailed]).toEqual([201, false])
    expect(new Date(body.expiresAt).getTime() - world.ctx.now().getTime()).toBeGreaterThan(71 * 3_600_000)
    const token = tokenOf(body.url)
    expect((await show(token)).body).toMatchObject({
      good: true,
      brand: 'Fieldnote',
      inviter: 'Lea',
      email: 'nico@people.example',
      role: 'manager',
      hasAccount: false,
      signedInAs: null,
    })
    expect((await accept({ token, name: 'Nico' })).body.invalidParams).toEqual([{ name: 'password', reason: 'is needed' }])
    const visitors = [openVisitor(world), openVisitor(world), openVisitor(world)]
    const answers = await Promise.all(visitors.map((visitor) => accept({ token, ...newcomer }, visitor)))
    expect(answers.filter((each) => each.status === 201)).toHaveLength(1)
    const nico = visitors[answers.findIndex((each) => each.status === 201)]!
    expect((await nico.request('GET', '/api/v1/me')).body).toMatchObject({
      role: 'manager',
      user: { name: 'Nico', email: 'nico@people.example' },
    })
    expect((await show(token)).body).toMatchObject({ good: false, why: 'used', reason: expect.stringMatching(/accepted already/) })
    const again = await accept({ token, ...newcomer })
    expect([again.status, again.body.code, again.body.why]).toEqual([422, 'link_not_good', 'used'])
    expect((await invite(lea, 'nico@people.example')).body.code).toBe('already_member')
  })

  test('that is withdrawn, replaced, expired or made up does not open, each in its own words', async () => {
    const links = []
    for (const email of ['a@people.example', 'b@people.example', 'b@people.example', 'c@people.example'])
      links.push((await invite(olga, email)).body)
    expect((await olga.request('DELETE', `/api/v1/invitations/${links[0].id}`)).status).toBe(204)
    expect((await olga.request('DELETE', `/api/v1/invitations/${links[0].id}`)).status).toBe(204)
    expect((await show(tokenOf(links[2].url))).body.good).toBe(true)
    world.pass(72 * 3_600_000)
    const tokens = [tokenOf(links[0].url), tokenOf(links[1].url), tokenOf(links[3].url), 'made-up']
    const whys = []
    const reasons = new Set()
    for (const token of tokens) {
      const { body } = await show(token)
      whys.push(body.why)
      reasons.add(body.reason)
      expect((await accept({ token, ...newcomer })).body).toMatchObject({ code: 'link_not_good', why: body.why, detail: body.reason })
    }
    expect(whys).toEqual(['revoked', 'revoked', 'expired', 'unknown'])
    expect(reasons.size).toBe(3)
    const { items } = (await olga.request('GET', '/api/v1/invitations')).body
    expect(items.slice(0, 4).map((each: { state: string }) => each.state)).toEqual(['expired', 'expired', 'revoked', 'revoked'])
  })

  test('goes no higher than whoever invites', async () => {
    for (const [by, role, status] of [
      [lea, 'owner', 403],
      [lea, 'lead', 403],
      [lea, 'client', 201],
      [max, 'client', 403],
      [olga, 'owner', 201],
    ] as const)
      expect((await invite(by, `${role}-${status}@people.example`, role)).status, role).toBe(status)
  })

  test('joins an account that exists only if it proves itself, and then one person has several workspaces', async () => {
    const made = await world.request('POST', '/api/v1/invitations', { body: { email: max.email, role: 'lead' }, key: other.key })
    const token = tokenOf(made.body.url)
    expect((await show(token, lea)).body).toMatchObject({ good: true, brand: 'Other', hasAccount: true, signedInAs: lea.email })
    // The link alone opens nothing, nor does a password of one's choosing, nor another account.
    expect((await accept({ token, name: 'Max' })).body.code).toBe('wrong_credentials')
    expect((await accept({ token, name: 'Max', password: 'a password of my own' })).body.code).toBe('wrong_credentials')
    expect((await accept({ token }, lea)).body.code).toBe('other_account')
    expect(await accept({ token }, max)).toEqual({ status: 201, body: { userId: max.id, workspaceId: other.id } })

    const { items } = (await max.request('GET', '/api/v1/workspaces')).body
    expect(items).toEqual([
      { id: world.workspaceId, name: 'Fieldnote', role: 'manager', current: true },
      { id: other.id, name: 'Other', role: 'lead', current: false },
    ])
    const there = await max.request('GET', '/api/v1/me', undefined, { 'x-workspace': other.id })
    expect(there.body).toMatchObject({ role: 'lead', workspace: { name: 'Other' } })
    const socket = await listen(max, other.id)
    socket.close()
    await expect(listen(lea, other.id)).rejects.toThrow('unauthorized')
  })
})

describe('sessions', () => {
  test('are listed in words, and one that is ended is cut off within a second', async () => {
    const phone = openVisitor(world, 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Mobile/15E148 Safari/604.1')
    await phone.request('POST', '/api/v1/session', { email: lea.email, password: passwordOf('Lea') })
    const { items } = (await lea.request('GET', '/api/v1/sessions')).body
    expect(items.map((each: { device: string; current: boolean }) => [each.device, each.current]).toSorted()).toEqual([
      ['Firefox on Linux', true],
      ['Safari on iPhone', false],
    ])
    const socket = await listen(phone)
    const { id } = items.find((each: { current: boolean }) => !each.current)
    expect((await max.request('DELETE', `/api/v1/sessions/${id}`)).status).toBe(404)
    const ms = await untilCut(socket, async () => expect((await lea.request('DELETE', `/api/v1/sessions/${id}`)).status).toBe(204))
    expect(ms).toBeLessThan(1_000)
    expect((await phone.request('GET', '/api/v1/me')).status).toBe(401)
    await expect(listen(phone)).rejects.toThrow('unauthorized')
    expect((await lea.request('GET', '/api/v1/me')).status).toBe(200)
  })

  test('nobody listens without one', async () => {
    await expect(listen(openVisitor(world))).rejects.toThrow('unauthorized')
  })

  test('whoever came in by a link alone chooses a first password', async () => {
    const email = 'sam@fieldnote.example'
    const link = await openAuth(world.ctx, { publicUrl: () => world.url }).signInLink(email)
    const entered = await fetch(link, { redirect: 'manual' })
    expect(entered.headers.get('location')).toBe(`${world.url}/inbox`)
    const cookie = entered.headers.getSetCookie()[0]!.split(';')[0]!
    const sam = openVisitor(world)
    const chosen = { currentPassword: '', password: 'the very first one' }
    const asked = async () => [
      (await sam.request('GET', '/api/v1/me', undefined, { cookie })).body.choosePassword,
      (await sam.request('GET', '/api/v1/profile', undefined, { cookie })).body.hasPassword,
    ]
    expect(await asked()).toEqual([true, false])
    expect((await sam.request('PUT', '/api/v1/profile/password', chosen, { cookie })).status).toBe(204)
    expect(await asked()).toEqual([false, true])
    expect((await sam.request('PUT', '/api/v1/profile/password', chosen, { cookie })).body.code).toBe('wrong_password')
    expect((await sam.request('POST', '/api/v1/session', { email, password: chosen.password })).status).toBe(200)
  })

  test('a new password ends the others', async () => {
    const phone = openVisitor(world)
    await phone.request('POST', '/api/v1/session', { email: lea.email, password: passwordOf('Lea') })
    const change = (currentPassword: string) =>
      lea.request('PUT', '/api/v1/profile/password', { currentPassword, password: 'something else entirely' })
    expect((await change('not this one')).body.code).toBe('wrong_password')
    expect((await change(passwordOf('Lea'))).status).toBe(204)
    expect((await phone.request('GET', '/api/v1/me')).status).toBe(401)
    expect((await lea.request('GET', '/api/v1/me')).status).toBe(200)
  })
})

describe('a reset link', () => {
  const make = (by: Visitor, id: string) => by.request('POST', `/api/v1/staff/${id}/password-reset`)

  test('from an owner opens once, sets the password and ends every session', async () => {
    const earlier = tokenOf((await make(olga, lea.id)).body.url)
    const token = tokenOf((await make(olga, lea.id)).body.url)
    const visitor = openVisitor(world)
    const read = async (each: string) => (await visitor.request('GET', `/api/v1/password-reset/link?token=${each}`)).body
    expect(await read(earlier)).toMatchObject({ good: false, why: 'used' })
    expect(await read('made-up')).toMatchObject({ good: false, why: 'unknown' })
    expect(await read(token)).toEqual({ good: true, email: lea.email })
    const put = () => visitor.request('PUT', '/api/v1/password-reset/link', { token, password: 'after the reset' })
    expect((await put()).status).toBe(204)
    expect((await put()).body).toMatchObject({ code: 'link_not_good', why: 'used' })
    expect((await lea.request('GET', '/api/v1/me')).status).toBe(401)
    expect((await lea.request('POST', '/api/v1/session', { email: lea.email, password: 'after the reset' })).status).toBe(200)
  })

  test('opens no workspace of which the owner is none', async () => {
    expect((await make(olga, max.id)).body).toMatchObject({ code: 'forbidden', detail: expect.stringMatching(/another workspace/) })
  })

  test('is asked for without telling who is known', async () => {
    for (const email of [lea.email, 'nobody@people.example'])
      expect(await openVisitor(world).request('POST', '/api/v1/password-reset', { email })).toEqual({
        status: 202,
        body: { mailed: false },
      })
  })
})

describe('staff', () => {
  test('are listed with role and last visit; addresses are for owners', async () => {
    const seen = (await olga.request('GET', '/api/v1/staff')).body.items.find((each: { id: string }) => each.id === max.id)
    expect(seen).toMatchObject({ name: 'Max', role: 'manager', email: max.email })
    expect(world.ctx.now().getTime() - new Date(seen.lastSeenAt).getTime()).toBeLessThan(120_000)
    const { items } = (await max.request('GET', '/api/v1/staff')).body
    expect(items.every((each: { email: string | null }) => each.email === null)).toBe(true)
  })

  test('get another role from their next request, and the last owner stays one', async () => {
    const put = (id: string, role: string) => olga.request('PATCH', `/api/v1/staff/${id}`, { role })
    const nina = await join(world, 'Nina', 'manager')
    expect((await nina.request('GET', '/api/v1/invitations')).status).toBe(403)
    const socket = await listen(nina)
    expect(await untilCut(socket, () => put(nina.id, 'lead'))).toBeLessThan(1_000)
    expect((await nina.request('GET', '/api/v1/invitations')).status).toBe(200)
    expect((await put(olga.id, 'lead')).body.code).toBe('last_owner')
    expect((await olga.request('DELETE', `/api/v1/staff/${olga.id}`)).body.code).toBe('last_owner')
    // Two owners who remove each other at once: one stays.
    expect((await put(nina.id, 'owner')).status).toBe(204)
    const both = await Promise.all([
      olga.request('DELETE', `/api/v1/staff/${nina.id}`),
      nina.request('PATCH', `/api/v1/staff/${olga.id}`, { role: 'manager' }),
    ])
    expect(both.filter((each) => each.status === 204).length).toBeGreaterThanOrEqual(1)
    const owners = (await world.request('GET', '/api/v1/staff', { key: world.keys.owner })).body.items.filter(
      (each: { role: string }) => each.role === 'owner',
    )
    expect(owners.length).toBeGreaterThanOrEqual(1)
    for (const each of [olga.id, nina.id])
      await world.request('PATCH', `/api/v1/staff/${each}`, { key: world.keys.owner, body: { role: 'owner' } })
  })

  test('who are removed stop at once, and what they had is nobody’s, with a line in the thread', async () => {
    const pia = await join(world, 'Pia', 'manager')
    const row = await someoneAsks(world)
    expect((await pia.request('PUT', `/api/v1/conversations/${row.id}/assignment`)).status).toBe(204)
    const socket = await listen(pia)
    const told = new Promise<void>((resolve) => socket.once('removed', resolve))
    const ms = await untilCut(socket, async () => expect((await olga.request('DELETE', `/api/v1/staff/${pia.id}`)).status).toBe(204))
    expect(ms).toBeLessThan(1_000)
    await told
    expect((await pia.request('GET', '/api/v1/me')).status).toBe(401)
    await expect(listen(pia)).rejects.toThrow('unauthorized')
    const { body } = await olga.request('GET', `/api/v1/conversations/${row.id}`)
    expect(body.assigneeId).toBeNull()
    expect(body.events.at(-1)).toMatchObject({ what: 'unassigned', byId: olga.id })
    expect(body.seq).toBeGreaterThan(row.seq)
    const { rows } = await world.ctx.db.systemPool.query('select id from session where user_id = $1', [pia.id])
    expect(rows).toEqual([])
    const back = await openVisitor(world).request('POST', '/api/v1/session', { email: pia.email, password: passwordOf('Pia') })
    expect([back.status, back.body.code]).toEqual([403, 'forbidden'])
    expect((await olga.request('DELETE', `/api/v1/staff/${pia.id}`)).status).toBe(404)
  })
})

test('whoever comes, leaves, or has another role or name is told to every open browser, and to one that was away', async () => {
  const watching = await listen(olga)
  const heard: { staff: boolean; rows: unknown[] }[] = []
  watching.on('change', (frame) => void heard.push(frame))
  const since = (await olga.request('GET', '/api/v1/me')).body.seq
  const zoe = await join(world, 'Zoe', 'manager')
  await expect.poll(() => heard.length).toBe(1)
  await zoe.request('PATCH', '/api/v1/profile', { name: 'Zoë' })
  await olga.request('PATCH', `/api/v1/staff/${zoe.id}`, { role: 'client' })
  // The same role once more is no change.
  await olga.request('PATCH', `/api/v1/staff/${zoe.id}`, { role: 'client' })
  await olga.request('DELETE', `/api/v1/staff/${zoe.id}`)
  await expect.poll(() => heard.length).toBe(4)
  expect(heard.every((frame) => frame.staff)).toBe(true)
  watching.close()
  expect((await olga.request('GET', `/api/v1/changes?since=${since}`)).body).toMatchObject({ staff: true, seq: since + 4 })
})

test('who is removed from one of several workspaces stays signed in for the others', async () => {
  const vera = await join(world, 'Vera', 'manager')
  const invited = await world.request('POST', '/api/v1/invitations', { body: { email: vera.email, role: 'lead' }, key: other.key })
  expect((await accept({ token: tokenOf(invited.body.url) }, vera)).status).toBe(201)
  const there = await listen(vera, other.id)
  const here = await listen(vera, world.workspaceId)
  await untilCut(here, () => olga.request('DELETE', `/api/v1/staff/${vera.id}`))
  expect(there.connected).toBe(true)
  there.close()
  const inWorkspace = (id: string) => vera.request('GET', '/api/v1/me', undefined, { 'x-workspace': id })
  expect((await inWorkspace(other.id)).status).toBe(200)
  expect((await inWorkspace(world.workspaceId)).body.code).toBe('workspace_not_yours')
})

describe('settings', () => {
  test('of the brand and of oneself are changed where allowed, and written down', async () => {
    const changed = await olga.request('PATCH', '/api/v1/workspace', {
      name: 'Fieldnote & Co',
      timeZone: 'Asia/Tokyo',
      targetSeconds: 1_800,
    })
    expect(changed.body).toEqual({
      id: world.workspaceId,
      name: 'Fieldnote & Co',
      timeZone: 'Asia/Tokyo',
      targetSeconds: 1_800,
      targetClock: 'calendar',
    })
    expect((await max.request('GET', '/api/v1/workspace')).body).toEqual(changed.body)
    for (const wrong of [{ timeZone: 'Mars/Olympus' }, { targetSeconds: 0 }, { name: '' }])
      expect((await olga.request('PATCH', '/api/v1/workspace', wrong)).status).toBe(400)
    expect((await max.request('PATCH', '/api/v1/profile', { name: 'Maximilian' })).body).toEqual({
      id: max.id,
      name: 'Maximilian',
      email: max.email,
      hasPassword: true,
    })
    expect((await max.request('GET', '/api/v1/me')).body.user.name).toBe('Maximilian')
    expect((await world.request('GET', '/api/v1/profile', { key: world.keys.owner })).status).toBe(403)
    expect(await audited()).toEqual(
      expect.arrayContaining([
        'invitation.made',
        'invitation.revoked',
        'staff.joined',
        'staff.role_changed',
        'staff.removed',
        'staff.reset_link_made',
        'workspace.changed',
        'profile.changed',
      ]),
    )
  })
})
