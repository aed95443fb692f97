/** Sends one letter in plain text. Rejects when the mail server did not take it. */
export type SendMail = (letter: { to: string; subject: string; text: string }) => Promise<void>
