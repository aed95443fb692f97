import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 2,
    topic: 'tote',
    text: 'Restock at noon: forty walnut totes. They fit a 14 inch laptop now, because you asked, and asked, and asked.',
  },
  {
    hoursAgo: 20,
    topic: 'repair',
    text: 'A zip is not a reason to throw a bag away. Reply with a picture, we tell you whether it is a five minute job.',
  },
  { hoursAgo: 54, topic: 'dye', text: 'Madder, day nine. We said red, the wool said salmon. The wool wins.' },
  {
    hoursAgo: 120,
    topic: 'care',
    text: 'How to wash waxed canvas: do not. Brush it, wipe it, rewax it once a year. That is the whole thread.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 300,
    who: 'Noor',
    under: 'A zip is not',
    text: 'slider came off on one side, five minutes or funeral?',
    answer: { afterMinutes: 9, text: 'Five minutes and a pair of pliers. Sending you the drawing.' },
  },
  { minutesAgo: 64, who: 'Mateusz', under: 'Restock at noon', text: 'noon where' },
]
