// AT Protocol's development network, run by Node 22: directory, account server and app view. Its options come as JSON in the first argument.
// Says where they are in one line of JSON on stdout; ends when its input does, so that it never outlives who started it.
import { createRequire } from 'node:module'
import { Server } from 'node:net'
import { pathToFileURL } from 'node:url'

const { installedIn, schema } = JSON.parse(process.argv[2]!) as { installedIn: string; schema: string }
const { TestNetwork } = await import(pathToFileURL(createRequire(`${installedIn}/package.json`).resolve('@atproto/dev-env')).href)

// Its servers would be reached from every other machine too.
const listen = Server.prototype.listen as (this: Server, ...args: unknown[]) => Server
Server.prototype.listen = function (this: Server, first?: unknown, ...rest: unknown[]): Server {
  const callback = rest.filter((each) => typeof each === 'function')
  if (typeof first === 'number') return listen.call(this, { port: first, host: 'localhost' }, ...callback)
  return listen.call(this, typeof first === 'object' && first !== null ? { host: 'localhost', ...first } : first, ...rest)
}

const network = await TestNetwork.create({
  dbPostgresSchema: schema,
  // As on the big servers: the account's own server is named with each session.
  pds: { hostname: 'localhost', enableDidDocWithSession: true },
})
process.stdin.resume().once('close', () => void network.close().finally(() => process.exit(0)))
process.stdout.write(`${JSON.stringify({ accounts: network.pds.url, appView: network.bsky.url })}\n`)
