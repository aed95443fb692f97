import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 3,
    topic: 'dye',
    text: 'Second dip, same yarn. The green turns blue while you watch. Sound on. #naturaldye #indigo',
    extra: { product: 'REELS' },
  },
  {
    hoursAgo: 26,
    topic: 'tote',
    text: 'Clay, walnut, indigo. Swipe for the insides, because you keep asking and you are right to. Which one goes to the market with you?',
  },
  {
    hoursAgo: 71,
    topic: 'repair',
    text: 'Before and after: the corner of a 2014 satchel, darned in a thread that does not pretend. Repairs are open until the end of the month, link in bio.',
  },
  {
    hoursAgo: 122,
    topic: 'studio',
    text: 'Morning, the big loom, and Otto, who is not allowed on the warp and knows it 🐈',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 260,
    who: 'Bea',
    under: 'Clay, walnut',
    text: 'Does the walnut one have the inside pocket too? 😍',
    answer: { afterMinutes: 7, text: 'It does, all three have the same two pockets.' },
  },
  { minutesAgo: 150, who: 'Marta', under: 'the big loom', text: '¿Otto tiene su propia cuenta? Pregunto en serio' },
  { minutesAgo: 88, who: 'Kenji', under: 'Before and after', text: '修理は海外からも送れますか？' },
  { minutesAgo: 31, who: 'Isla', under: 'Second dip', text: 'Price of the blue skeins please, I cannot find them in the shop' },
]
