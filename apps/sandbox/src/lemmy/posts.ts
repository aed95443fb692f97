import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 7,
    topic: 'repair',
    title: 'We mended 212 bags this year, here is what broke',
    text: 'Straps 81, corners 64, clips 40, one mystery. We wrote down each repair with thread and minutes, so that you can do it at home. Ask away.',
  },
  {
    hoursAgo: 60,
    topic: 'dye',
    title: 'Walnut on linen without a mordant: our notes',
    text: 'Three days of soaking, one of simmering, and a night in the vat. The colour holds for about forty washes, then it gets kinder.',
  },
  {
    hoursAgo: 140,
    topic: 'news',
    title: 'The pouch pattern is free now',
    text: 'Print at 100 %, check the little ruler, cut. If a line is unclear, tell us and we redraw it.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 340,
    who: 'Jonas',
    under: 'Straps 81',
    text: 'Welches Garn nehmt ihr für die Ecken?',
    answer: { afterMinutes: 16, text: 'Gewachstes Leinen, 18/3, doppelt genommen.' },
  },
  { minutesAgo: 75, who: 'Hal', under: 'Straps 81', text: 'Do you sell the clips on their own? Mine is one of the forty.' },
]
