import { freshDatabase, urlOf } from '../postgres.ts'
import { openAtproto } from './atproto.ts'
import { describeLoop } from './loop.ts'
import { isInstalled } from './peer.ts'

describeLoop("AT Protocol's development network", isInstalled('atproto'), async () => {
  const database = await freshDatabase()
  const peer = await openAtproto(urlOf(database.owner))
  return { ...peer, close: () => peer.close().then(database.drop) }
})
