import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** Products in Fieldnote's shop, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 9,
    topic: 'tote',
    title: 'Walnut tote, second run',
    text: 'Linen from Flanders, dyed with walnut hulls, 14 litres, 640 g. Handles sewn by Gerda. In stock, ships within three days.',
  },
  {
    hoursAgo: 70,
    topic: 'repair',
    title: 'Repair kit: strap, clip, two yards of waxed thread',
    text: 'What breaks first, in a tin. With a drawing for each seam. Fits every bag since 2014.',
  },
  {
    hoursAgo: 160,
    topic: 'care',
    title: 'Wool soap, 200 ml',
    text: 'Made from lavender and what is left of the olive harvest. Enough for thirty washes by hand.',
  },
]

/** What people asked before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 410,
    who: 'Marta',
    under: 'Linen from Flanders',
    text: 'Does a 13-inch laptop fit with the sleeve on?',
    answer: { afterMinutes: 22, text: 'It does, with the charger beside it.' },
  },
  { minutesAgo: 150, who: 'Idris', text: 'Third strap in nine years, and the bag looks better than I do.', rating: 5 },
  { minutesAgo: 48, who: 'Yuki', under: 'What breaks first', text: 'Is the clip in the kit brass, or coated?' },
]
