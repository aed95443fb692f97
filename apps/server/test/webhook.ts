import { createHmac } from 'node:crypto'
import type { World } from './world.ts'

/** Facebook's signature over raw bytes. */
export function sign(secret: string, body: string | Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

/** One webhook over real HTTP, signed by the world's own app unless `headers` say otherwise. */
export async function postWebhook(
  world: World,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'x-hub-signature-256': sign(world.sandbox.secrets.facebook.appSecret, body) },
): Promise<{ status: number; type: string; text: string }> {
  const response = await fetch(`${world.url}/webhooks/facebook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
}
