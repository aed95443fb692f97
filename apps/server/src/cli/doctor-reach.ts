import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Finding } from './doctor.ts'

const patienceMs = 5_000

/** Whether the address that people and platforms use leads to an Answerback, and lets WebSockets through. Asked from this machine, as nobody. */
export async function* lookAtReach(publicUrl: string): AsyncGenerator<Finding> {
  const about = 'Reach'
  const answer = await fetch(new URL('/healthz', publicUrl), { redirect: 'manual', signal: AbortSignal.timeout(patienceMs) }).then(
    async (response) => ({ status: response.status, ours: (await response.text()).startsWith('{"ok":true') }),
    (error: Error & { cause?: Error & { code?: string } }) => error.cause?.message || error.cause?.code || error.message,
  )
  if (typeof answer === 'string')
    return yield {
      about,
      state: 'look',
      words: `${publicUrl} does not answer from this machine (${answer}). If Answerback runs, look at the name, the proxy and its certificate: people come in there, and platforms deliver webhooks there.`,
    }
  if (!answer.ours)
    return yield {
      about,
      state: 'bad',
      words: `${publicUrl} leads to something else (status ${answer.status}). Let the proxy pass everything on to the port of Answerback, or correct PUBLIC_URL.`,
    }
  if (!(await passesWebSockets(publicUrl)))
    return yield {
      about,
      state: 'look',
      words: `${publicUrl} answers, and WebSockets do not pass: new comments show up later, and with several web processes not at all reliably. Let the proxy pass on the headers Upgrade and Connection.`,
    }
  yield { about, state: 'ok', words: `${publicUrl} leads here, WebSockets too` }
}

/** Asks for the upgrade that a browser asks for (RFC 6455, 4.1); true when the other side switches. */
function passesWebSockets(publicUrl: string): Promise<boolean> {
  const url = new URL('/socket.io/?EIO=4&transport=websocket', publicUrl)
  return new Promise((resolve) => {
    const asked = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      headers: {
        ...{
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': randomBytes(16).toString('base64'),
        },
        origin: url.origin,
      },
      signal: AbortSignal.timeout(patienceMs),
    })
    asked.once('upgrade', (_response, socket) => {
      socket.destroy()
      resolve(true)
    })
    asked.once('response', (response) => {
      response.destroy()
      resolve(false)
    })
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
