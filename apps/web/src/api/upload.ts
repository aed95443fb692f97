import type { Upload } from '@answerback/core/reply-api'
import { mutationHeaders, notReached, problemOf, workspaceHeaders } from './call.ts'

type Sending = {
  blob: Blob
  type: string
  name: string
  /** The same for every try with the same file. */
  idempotencyKey: string
  signal: AbortSignal
  /** How much of it is out, from 0 to 1. */
  onShare: (share: number) => void
}

/** Brings a file to the server, for a reply to take. Throws ApiProblem; when `signal` ends it, an AbortError. By XMLHttpRequest, as fetch tells nothing of how far it is. */
export function uploadFile({ blob, type, name, idempotencyKey, signal, onShare }: Sending): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/v1/uploads?name=${encodeURIComponent(name)}`)
    const headers = { ...mutationHeaders(idempotencyKey), ...workspaceHeaders(), 'Content-Type': type }
    for (const [header, value] of Object.entries(headers)) request.setRequestHeader(header, value)
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) onShare(event.loaded / event.total)
    })
    request.addEventListener('load', () => {
      const body = parsed(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(body as Upload)
      else reject(problemOf(request.status, body))
    })
    request.addEventListener('error', () => reject(notReached()))
    request.addEventListener('abort', () => reject(new DOMException('Not wanted any more', 'AbortError')))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(blob)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
