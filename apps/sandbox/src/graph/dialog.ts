import type { FastifyReply } from 'fastify'
import { html } from '../pages/html.ts'
import type { Html } from '../pages/html.ts'

/** A page of a login dialog. */
export function dialogPage(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`
}

/** What a dialog says to whoever came with a wrong request. */
export function refusalPage(title: string, words: string): Html {
  return dialogPage(
    title,
    html`<h1>Something is wrong here</h1>
      <p>${words}</p>`,
  )
}

/** Sends a page that nobody keeps. */
export function showDialog(reply: FastifyReply, page: Html): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(page.html)
}
