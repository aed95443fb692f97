import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export type Letter = { to: string[]; text: string }

/** A real mail server that keeps what it is given. Mailboxes whose name begins with "refused" are refused. */
export async function openMailbox(): Promise<{
  smtpUrl: string
  letters: Letter[]
  /** Resolves with the next letter to this address, or one that is there already. */
  letterTo(address: string): Promise<Letter>
  close(): Promise<void>
}> {
  const letters: Letter[] = []
  let waiting: (() => void)[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('refused') ? new Error('No such mailbox') : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        letters.push({ to: session.envelope.rcptTo.map((each) => each.address), text: plain(Buffer.concat(chunks).toString()) })
        for (const arrived of waiting.splice(0)) arrived()
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    smtpUrl: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    letters,
    async letterTo(address) {
      for (;;) {
        const letter = letters.findLast((each) => each.to.includes(address))
        if (letter) return letter
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** The link with a token that a letter brings. */
export function linkIn({ text }: Letter): string {
  return /https?:\/\/\S+token=\S+/.exec(text)![0]
}

/** Quoted-printable undone (RFC 2045 6.7), so that links are whole. */
function plain(raw: string): string {
  return raw.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
