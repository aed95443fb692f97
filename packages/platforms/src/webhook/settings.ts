import type { ReplyLimit } from '@answerback/core/reply-limit'
import { PlatformError } from '../error.ts'
import type { Ability } from '../platform.ts'
import { mediaLimit } from './attachments.ts'

/** Unless the source says otherwise; files only where it says that it takes them. */
export const replyLimit: ReplyLimit = { max: 10_000, unit: 'codepoints', media: mediaLimit }

/** How a source signs: the standard always counts, one of the others only where it was chosen. */
export const schemes = ['standard', 'x-hub-signature-256', 'x-signature', 'bearer'] as const
export type Scheme = (typeof schemes)[number]

/** The scheme as typed. Throws `rejected` for one that there is not. */
export function schemeOf(typed: string | undefined): Scheme {
  const wanted = (typed ?? '').trim().toLowerCase() || 'standard'
  const scheme = schemes.find((each) => each === wanted)
  if (!scheme) throw new PlatformError('rejected', `"${wanted.slice(0, 50)}" is no way of signing. There are: ${schemes.join(', ')}`)
  return scheme
}

const abilities: Record<string, Ability> = { like: 'like', hide: 'hide', delete: 'remove' }

/** Not an action: that files may go with a reply. */
const files = 'files'

/** What such a source cannot do: it has to name what it can (`like hide delete files`), and without an address it can do nothing. Throws `rejected` for another word. */
export function lacking(actions: string | undefined, has: { replies: boolean; actions: boolean }): Ability[] {
  const named = wordsIn(actions)
  const strange = named.find((word) => word !== files && !Object.hasOwn(abilities, word))
  if (strange !== undefined)
    throw new PlatformError(
      'rejected',
      `"${strange.slice(0, 50)}" is no action. There are: ${[...Object.keys(abilities), files].join(', ')}`,
    )
  const missing = Object.entries(abilities).flatMap(([word, ability]) => (has.actions && named.includes(word) ? [] : [ability]))
  return has.replies ? missing : ['reply', ...missing]
}

function wordsIn(typed: string | undefined): string[] {
  return (typed ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}

/** The longest reply as typed, in code points, with files where `actions` names them. Throws `rejected` when it is no number. */
export function limitOf(typed: string | undefined, actions?: string): ReplyLimit {
  const text = (typed ?? '').trim()
  const { media, ...words } = replyLimit
  const taken = { ...words, ...(wordsIn(actions).includes(files) && { media }) }
  if (text === '') return taken
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new PlatformError('rejected', 'The longest reply is a number of characters, 1 to 999999')
  return { ...taken, max: Number(text) }
}
