import { PlatformError } from '../error.ts'
import { listOf, nameOf, textOf } from '../json.ts'
import type { Io } from '../platform.ts'
import { callApi } from './api.ts'
import { locationOf } from './location-name.ts'

const host = 'https://mybusinessnotifications.googleapis.com'
const types = ['NEW_REVIEW', 'UPDATED_REVIEW']
/** Who publishes, and has to be allowed to. */
const publisher = 'mybusiness-api-pubsub@system.gserviceaccount.com'

type Setting = { topic: string; types: string[] }

/**
 * Has Google tell the topic of new and changed reviews. An account has one setting with one topic, for all its locations: what somebody else set there stays, and is
 * `rejected` with what to do. Another topic that we set ourselves before is replaced.
 */
export async function install(io: Io): Promise<Record<string, string>> {
  const { topic = '', toldTopic } = io.settings
  if (topic === '') return {}
  const there = await readSetting(io)
  if (there.types.length > 0 && there.topic !== '' && there.topic !== topic && there.topic !== toldTopic)
    throw new PlatformError(
      'rejected',
      `Google tells another topic of this account’s reviews: ${there.topic}. There can be one only: connect again with that topic (it may have several subscriptions), or take it out of the program that set it.`,
    )
  const lacks = types.some((type) => !there.types.includes(type))
  if (there.topic !== topic || lacks)
    await writeSetting(io, { topic, types: there.topic === topic ? [...new Set([...there.types, ...types])] : types })
  return { webhook: 'on', toldTopic: topic }
}

/** Has Google tell nobody any more, unless another location still listens, or the setting is not ours. What else the topic is told of goes on. */
export async function close(io: Io): Promise<void> {
  const { topic = '' } = io.settings
  if (topic === '' || io.self.ownedIds.some((id) => id !== io.self.accountId)) return
  const there = await readSetting(io)
  if (there.topic !== topic || !there.types.some((type) => types.includes(type))) return
  await writeSetting(io, { topic, types: there.types.filter((type) => !types.includes(type)) })
}

async function readSetting(io: Io): Promise<Setting> {
  try {
    const { json } = await callApi(io, { host, path: `v1/${nameIn(io)}` })
    return { topic: textOf(json.pubsubTopic), types: listOf(json.notificationTypes).flatMap((each) => nameOf(each) ?? []) }
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error
    return { topic: '', types: [] }
  }
}

async function writeSetting(io: Io, { topic, types: notificationTypes }: Setting): Promise<void> {
  const name = nameIn(io)
  const params = { updateMask: 'pubsubTopic,notificationTypes' }
  try {
    await callApi(io, { method: 'PATCH', host, path: `v1/${name}`, params, body: { name, pubsubTopic: topic, notificationTypes } })
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    const { message, cause } = error
    throw new PlatformError('rejected', `${message} (Is the topic there, and may ${publisher} publish to it?)`, { cause })
  }
}

function nameIn(io: Io): string {
  return `${locationOf(io).split('/locations/')[0]}/notificationSetting`
}
