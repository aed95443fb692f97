import { speak } from '../world/speak.ts'
import type { Item, PlatformId } from '../world/item.ts'
import type { World } from '../world/world.ts'

/** What was said before the demo began. `answer`: what the brand wrote back from the platform itself, and after how long. `later`: somebody wrote again. */
type Earlier = {
  platform: PlatformId
  minutesAgo: number
  who: string
  /** A word of the brand's post. */
  under: string
  text: string
  answer?: { afterMinutes: number; text: string }
  later?: { afterMinutes: number; text: string; who?: string }
}

/** Newest last. Somebody always waits in each of the five steps of a two-hour target. */
const earlier: Earlier[] = [
  {
    platform: 'bluesky',
    minutesAgo: 1_490,
    who: 'Sunniva',
    under: 'tote',
    text: 'Does the indigo rub off on a white coat?',
    answer: { afterMinutes: 11, text: 'For the first week, a little. Wash it once by hand and it stays where it is.' },
  },
  {
    platform: 'mastodon',
    minutesAgo: 412,
    who: 'Kei',
    under: 'Repairs',
    text: 'Which thread do you use for the mends? Mine keeps fraying.',
    answer: { afterMinutes: 22, text: 'Waxed linen, 18/3, and a blunt needle. Send a picture if it still frays.' },
  },
  {
    platform: 'facebook',
    minutesAgo: 305,
    who: 'Nour',
    under: 'tote',
    text: 'Can I still get last spring’s strap on its own?',
    answer: { afterMinutes: 9, text: 'You can, write “strap” in the order note and we put one in.' },
  },
  {
    platform: 'facebook',
    minutesAgo: 281,
    who: 'Odile',
    under: 'Walnut week',
    text: 'The link in the description goes to a 404. Is the walnut recipe somewhere else?',
  },
  {
    platform: 'bluesky',
    minutesAgo: 134,
    who: 'Rosa',
    under: 'tote',
    text: 'So glad the clay one is back. Does the strap come off? I carry it crossbody most days.',
    later: { afterMinutes: 70, who: 'Bex', text: 'Mine has lived in a pannier since May. It only gets better.' },
  },
  {
    platform: 'facebook',
    minutesAgo: 112,
    who: 'Tomás',
    under: 'tote',
    text: 'Could you tell me what the waxed one weighs? I fly with hand luggage.',
  },
  {
    platform: 'mastodon',
    minutesAgo: 96,
    who: 'Wren',
    under: 'tote',
    text: 'Is the linen from the same mill as last year? It feels a touch heavier.',
  },
  {
    platform: 'bluesky',
    minutesAgo: 58,
    who: 'Ade',
    under: 'tote',
    text: 'Is the small one coming back in clay? 🤞🏾🧡 asking for my sister',
  },
  { platform: 'facebook', minutesAgo: 44, who: 'ليلى', under: 'tote', text: 'هل تشحنون إلى عمّان؟ أريد حقيبة لأختي قبل العيد' },
  {
    platform: 'mastodon',
    minutesAgo: 39,
    who: '圭',
    under: 'Indigo vat',
    text: '染め直しはできますか？三年使って色が少し抜けてきました。',
  },
  {
    platform: 'mastodon',
    minutesAgo: 22,
    who: 'Priya',
    under: 'Repairs',
    text: 'I have had mine since the very first run, it has been to three festivals and a birth.',
  },
]

/** Fills the hours before now, so that an inbox opened for the first time shows waits of every age and a few answers. */
export function writeEarlier(world: World): void {
  for (const said of earlier) {
    const { platform } = said
    const post = world
      .posts(platform, true)
      .find((each) => each.text.includes(said.under) && each.createdAt < ago(world, platform, said.minutesAgo))
    if (!post) continue
    const first = write(world, said, { name: said.who }, said.text, post, 0)
    const answer = said.answer && write(world, said, 'brand', said.answer.text, first, said.answer.afterMinutes)
    // On Facebook a reply to a reply stands under the comment.
    if (said.later)
      write(
        world,
        said,
        { name: said.later.who ?? said.who },
        said.later.text,
        answer && platform !== 'facebook' ? answer : first,
        said.later.afterMinutes,
      )
  }
}

function write(world: World, said: Earlier, author: { name: string } | 'brand', text: string, parent: Item, afterMinutes: number): Item {
  const at = ago(world, said.platform, said.minutesAgo - afterMinutes)
  return speak(world, { platform: said.platform, author, text, parentId: parent.id, createdAt: at, indexedAt: at })
}

function ago(world: World, platform: PlatformId, minutes: number): number {
  return world.clock(platform) - minutes * 60_000
}
