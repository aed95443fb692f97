import { Bot, InputFile } from 'grammy'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSandbox } from '../src/sandbox.ts'
import type { Sandbox } from '../src/sandbox.ts'
import type { Item } from '../src/world/item.ts'
import { speak } from '../src/world/speak.ts'
import { mp4, png } from './pictures.ts'

let sandbox: Sandbox
let bot: Bot
let groupId: number
let token: string
let post: Item
let comment: Item
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 })
  const { botId, token: secret, groupId: group } = sandbox.secrets.telegram
  ;[token, groupId] = [`${botId}:${secret}`, Number(group)]
  bot = new Bot(token, { client: { apiRoot: sandbox.urls.telegram } })
  post = sandbox.world.posts('telegram', true)[0] as Item
  comment = speak(sandbox.world, { platform: 'telegram', author: { name: 'Kai' }, text: 'Which one?', parentId: post.id })
})
afterEach(() => sandbox.close())

const below = () => ({ reply_parameters: { message_id: Number(comment.extra['messageId']) } })

test('grammy sends a photo below a comment; it is downloaded by its file id, and stands on the public page', async () => {
  const sent = await bot.api.sendPhoto(groupId, new InputFile(png({ width: 40 }), 'tote.png'), {
    ...below(),
    caption: 'This one {clay} https://fieldnote.test',
  })
  expect(sent).toMatchObject({
    caption: 'This one {clay} https://fieldnote.test',
    caption_entities: [{ type: 'url' }],
    reply_to_message: { message_id: comment.extra['messageId'] },
    photo: [{ width: 40, height: 3, file_size: png({ width: 40 }).length }],
  })
  expect(sent).not.toHaveProperty('text')
  const { file_path: path } = await bot.api.getFile(sent.photo[0]?.file_id ?? '')
  const file = await fetch(`${sandbox.urls.telegram}/file/bot${token}/${path}`)
  expect(Buffer.from(await file.arrayBuffer())).toEqual(png({ width: 40 }))
  expect((await fetch(`${sandbox.urls.telegram}/file/bot1:no/${path}`)).status).toBe(401)
  const page = await (await fetch(`${sandbox.url}/telegram/p/${post.key}`)).text()
  expect(page).toMatch(/This one \{clay\}[\s\S]*<img src="\/files\//)
})

test('a caption may be left out and changed later; a text that is none cannot', async () => {
  const sent = await bot.api.sendAnimation(groupId, new InputFile(mp4(), 'wave.mp4'), below())
  expect(sent).toMatchObject({ animation: { mime_type: 'video/mp4', file_name: 'wave.mp4' } })
  expect(sent).not.toHaveProperty('caption')
  const edited = await bot.api.editMessageCaption(groupId, sent.message_id, { caption: 'Hello' })
  expect(edited).toMatchObject({ caption: 'Hello', animation: {} })
  await expect(bot.api.editMessageText(groupId, sent.message_id, 'Hello')).rejects.toThrow('there is no text in the message to edit')
  const again = await bot.api.sendDocument(groupId, sent.animation.file_id)
  expect(sandbox.world.find('telegram', `${groupId}:${again.message_id}`)?.media).toHaveLength(1)
})

test('refuses no photo, what is no picture, one too large or too narrow, and a long caption', async () => {
  const refusal = (bytes: Buffer, more: object = {}) =>
    bot.api.sendPhoto(groupId, new InputFile(bytes, 'a.png'), more).then(
      () => 'taken',
      (error: Error) => error.message,
    )
  await expect(bot.api.sendPhoto(groupId, '')).rejects.toThrow('there is no photo in the request')
  expect(await refusal(Buffer.from('hello'))).toContain('IMAGE_PROCESS_FAILED')
  expect(await refusal(mp4())).toContain('IMAGE_PROCESS_FAILED')
  expect(await refusal(Buffer.concat([png(), Buffer.alloc(10 * 1024 * 1024)]))).toContain('is too big for a photo')
  expect(await refusal(png({ width: 300, height: 2 }))).toContain('PHOTO_INVALID_DIMENSIONS')
  expect(await refusal(png(), { caption: 'x'.repeat(1_025) })).toContain('message caption is too long')
  expect(await refusal(png(), { reply_parameters: { message_id: 1 } })).toContain('message to be replied not found')
  expect([...sandbox.world.items.telegram.values()].filter(({ media }) => media.length > 0)).toEqual([])
})
