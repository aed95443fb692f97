import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 4,
    topic: 'dye',
    text: 'How we dye with walnut: husks from the orchard next door, three days of soaking, no mordant at all. The thread below has every step.',
  },
  {
    hoursAgo: 22,
    topic: 'tote',
    text: 'Spring tote, third batch. 180 of them, cut on Monday and sewn by six people. Clay sells first every single time.',
  },
  {
    hoursAgo: 51,
    topic: 'care',
    text: 'Wax or no wax? We leave the everyday bags bare so that they can be washed. The rain ones get two coats. Ask us anything.',
  },
  {
    hoursAgo: 80,
    topic: 'news',
    text: 'We now ship to 14 more countries, by train wherever there is a train. Slower by two days. We think you will not mind.',
  },
  {
    hoursAgo: 130,
    topic: 'studio',
    text: 'New in the studio: a 1961 walking foot machine that makes a sound like a small train. Its name is Gerda.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 1_490,
    who: 'Sunniva',
    under: 'tote',
    text: 'Does the indigo rub off on a white coat?',
    answer: { afterMinutes: 11, text: 'For the first week, a little. Wash it once by hand and it stays where it is.' },
  },
  {
    minutesAgo: 134,
    who: 'Rosa',
    under: 'tote',
    text: 'So glad the clay one is back. Does the strap come off? I carry it crossbody most days.',
    later: { afterMinutes: 70, who: 'Bex', text: 'Mine has lived in a pannier since May. It only gets better.' },
  },
  {
    minutesAgo: 58,
    who: 'Ade',
    under: 'tote',
    text: 'Is the small one coming back in clay? 🤞🏾🧡 asking for my sister',
  },
]
