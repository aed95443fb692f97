import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** The videos of Fieldnote before the demo begins, newest first: title, and the words below. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 5,
    topic: 'repair',
    title: 'Mending a torn strap in eleven minutes',
    text: 'Needle, waxed thread, one glove. Chapters:\n0:00 The damage\n1:40 Unpicking\n4:05 The saddle stitch\n9:20 Testing it with a sack of flour',
  },
  {
    hoursAgo: 44,
    topic: 'tote',
    title: 'Everything that fits into the spring tote',
    text: 'We kept going until the zip said no. The list of what went in is pinned below.',
  },
  {
    hoursAgo: 118,
    topic: 'dye',
    title: 'Three days in an indigo vat, in three minutes',
    text: 'Filmed from above, with the window open. Day one smells the worst.',
  },
  {
    hoursAgo: 260,
    topic: 'studio',
    title: 'A morning in the studio, no music, no talking',
    text: 'Loom, kettle, rain. Gerda waves at 6:12.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 288,
    who: 'Joel',
    under: 'waxed thread',
    text: '4:05 is the best explanation of a saddle stitch I have seen. Which needle size is that?',
    answer: { afterMinutes: 31, text: 'A size 2, blunt. Sharp ones split the thread.' },
    later: { afterMinutes: 64, who: 'Joel', text: 'Ordered. Thank you!' },
  },
  { minutesAgo: 131, who: 'Lucía Ferrer', under: 'until the zip', text: '¿Cabe una cámara réflex con objetivo?' },
  { minutesAgo: 58, who: 'Tess Okafor', under: 'window open', text: 'Does it rub off on light clothes in the first weeks?' },
]
