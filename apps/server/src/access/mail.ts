import { createTransport } from 'nodemailer'

/** Sends one letter in plain text. Rejects when the mail server did not take it. */
export type SendMail = (letter: { to: string; subject: string; text: string }) => Promise<void>

/**
 * Letters through the SMTP server at this URL: `smtps://user:password@host:465`, or `smtp://…:587`, which turns to TLS when the server offers it.
 * A server that does not answer is given up after 10 s.
 */
export function openMail({ smtpUrl, from }: { smtpUrl: string; from: string }): SendMail {
  const limits = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 10_000 }
  const transport = createTransport({ url: smtpUrl, ...limits, disableFileAccess: true, disableUrlAccess: true })
  return async ({ to, subject, text }) => {
    // As an object: an address is never read as a list of several.
    await transport.sendMail({ from, to: { name: '', address: to }, subject, text })
  }
}
