import type { MediaLimit, ReplyLimit } from '@answerback/core/reply-limit'
import type { Capabilities, Platform } from './platform.ts'

/** docs/platforms.md, from what the adapters say of themselves: it can say no more than they do. */
export function describePlatforms(platforms: readonly Platform[]): string {
  const rows = platforms.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const table = (columns: readonly Column[]): string =>
    [
      `| platform | ${columns.map(([title]) => title).join(' | ')} |`,
      `|---${'|---'.repeat(columns.length)}|`,
      ...rows.map((platform) => `| ${[`[${platform.name}](${platform.docs})`, ...columns.map(([, say]) => say(platform))].join(' | ')} |`),
    ].join('\n')
  return `# Platforms

Written from the adapters by \`npx tsx scripts/platforms.mjs\`; a test says when it is old. It tells what the adapters can; what of it the inbox
offers so far, the README says, and what a single account may do less, its channel.

## Reading

${table(reading)}

*Sees* is about what others do after they wrote: where a platform shows no edits, removals or answers given there by hand, nobody can know of them.

## Answering

${table(answering)}

Never sent twice: *by key* means that a repeat is the same reply there; *by looking* that after doubt we look for it, and a person is asked when it cannot be found;
*by a person* that nothing can be looked up there.

## Allowances and prices

${table(allowances)}
`
}

type Column = readonly [title: string, say: (platform: Platform) => string]

const no = '–'

const reading: readonly Column[] = [
  [
    'comes in by',
    ({ webhook, can }) =>
      webhook
        ? `${webhook.perChannel ? 'a webhook of each channel' : 'webhooks'}${can.polls === false ? '' : ', polling beneath'}`
        : can.listens
          ? 'polling, at once when a live connection says so'
          : 'polling',
  ],
  ['reads', ({ can }) => can.reads.map((kind) => plurals[kind]).join(', ')],
  ['sees edits', ({ can }) => sees(can, 'edit')],
  ['sees removals', ({ can }) => sees(can, 'removal')],
  ['sees answers given there', ({ can }) => sees(can, 'native')],
  ['reads back, when connected', ({ can }) => sees(can, 'past')],
  ['counts replies itself', ({ can }) => yesOr(can.postStats)],
]

const answering: readonly Column[] = [
  ['reply', ({ can }) => (can.reply === false ? no : can.oneReply ? 'one to each' : 'yes')],
  ['longest', ({ can }) => (can.reply === false ? no : limitOf(can.replyLimit))],
  ['with files', ({ can }) => (can.replyLimit.media ? filesOf(can.replyLimit.media) : no)],
  ['in private', ({ can }) => privatelyOf(can)],
  ['like', ({ can }) => yesOr(can.like)],
  ['hide', ({ can }) => yesOr(can.hide)],
  ['remove', ({ can }) => (can.remove === undefined ? no : can.remove === 'own' ? 'our own' : 'any')],
  ['edit our reply', ({ can }) => yesOr(can.editReply)],
  ['never sent twice', ({ can }) => ({ key: 'by key', find: 'by looking', none: 'by a person' })[can.exactlyOnce]],
]

const allowances: readonly Column[] = [
  ['calls that are kept to', ({ budgets = [] }) => budgets.map(budgetOf).join(', ') || 'what the platform answers'],
  [
    'prices (US$)',
    ({ costs = {} }) =>
      Object.entries(costs)
        .map(([what, usd]) => `${prices[what as keyof typeof prices]} ${usd}`)
        .join(', ') || 'none',
  ],
]

const plurals: Record<Capabilities['reads'][number], string> = {
  comment: 'comments',
  reply: 'replies',
  mention: 'mentions',
  quote: 'quotes',
  review: 'reviews',
  direct: 'direct messages',
}

const prices = {
  read: 'an item read',
  event: 'an item by webhook',
  lookup: 'another lookup',
  reply: 'a reply',
  replyWithLink: 'a reply with a link',
}

function sees({ misses = [] }: Capabilities, what: NonNullable<Capabilities['misses']>[number]): string {
  return misses.includes(what) ? no : 'yes'
}

function yesOr(able: boolean | undefined): string {
  return able ? 'yes' : no
}

function privatelyOf({ privateReply, windowHours }: Capabilities): string {
  if (!privateReply) return no
  return windowHours?.privately === undefined ? 'yes' : `within ${windowHours.privately} h`
}

const units: Record<ReplyLimit['unit'], string> = {
  graphemes: 'characters as people see them',
  codepoints: 'characters',
  utf16: 'UTF-16 units',
  weighted: 'weighted characters',
}

function limitOf({ max, min, unit, maxBytes, urlLength }: ReplyLimit): string {
  const count = (value: number): string => value.toLocaleString('en')
  return [
    `${count(max)} ${units[unit]}`,
    ...(maxBytes === undefined ? [] : [`${count(maxBytes)} bytes`]),
    ...(urlLength === undefined ? [] : [`a link as ${urlLength}`]),
    ...(min === undefined ? [] : [`${count(min)} at least`]),
  ].join(', ')
}

function filesOf({ max, types, alone = [], byAddress }: MediaLimit): string {
  const all = Object.keys(types)
  const together = kindsOf(
    all.filter((type) => !alone.includes(type)),
    max,
  )
  const single = kindsOf(alone, 1)
  const parts = [...(together === '' ? [] : [`${max} ${together}`]), ...(single === '' ? [] : [`1 ${single}`])]
  return `${parts.join(', or ')}${byAddress ? ', which it fetches from us' : ''}`
}

function kindsOf(types: readonly string[], count: number): string {
  const names = types.map((type) => (/^(image|video|audio)\//.exec(type)?.[1] ?? 'other') as keyof typeof fileKinds)
  return [...new Set(names)].map((name) => fileKinds[name][count === 1 ? 0 : 1]).join(' or ')
}

const fileKinds = {
  image: ['picture', 'pictures'],
  video: ['film', 'films'],
  audio: ['recording', 'recordings'],
  other: ['other file', 'other files'],
} as const

function budgetOf({ scope, calls, perSeconds }: NonNullable<Platform['budgets']>[number]): string {
  const spans: [number, string][] = [
    [86_400, 'a day'],
    [3_600, 'an hour'],
    [60, 'a minute'],
    [1, 'a second'],
  ]
  const span = spans.find(([seconds]) => seconds === perSeconds)?.[1] ?? `in ${perSeconds} s`
  return `${calls.toLocaleString('en')} ${span} for ${scope === 'app' ? 'the app' : 'an account'}`
}
