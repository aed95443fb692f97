import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted in r/fieldnote before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 9,
    topic: 'repair',
    title: 'We mend bags for a living. Show us your worst tear and we tell you how to fix it',
    text: 'Any brand, any bag. A photo and a word about the fabric is enough. We are here until the kettle is empty.',
  },
  {
    hoursAgo: 70,
    topic: 'dye',
    title: 'Weld, walnut, indigo: three years of lightfastness tests, with pictures',
    text: 'Same south-facing window, same linen. **Indigo** lost the least, weld the most, walnut got warmer. Raw numbers in a comment.',
  },
  {
    hoursAgo: 190,
    topic: 'news',
    title: 'The pouch pattern is free, and here is what we would do differently',
    text: 'Seam allowance is 10 mm, not 8. We learned that the slow way.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 395,
    who: 'Grant',
    under: 'until the kettle',
    text: 'Canvas duffel, the base corner is through. Patch inside or outside?',
    answer: { afterMinutes: 18, text: 'Both: a soft one inside, the tough one outside, and stitch them as one.' },
    later: { afterMinutes: 47, who: 'Grant', text: 'Did it. It looks meant. Thank you.' },
  },
  { minutesAgo: 122, who: 'Sanne', under: 'south-facing', text: 'Did you mordant the walnut at all, or is that the plain fibre?' },
  { minutesAgo: 51, who: 'Niamh', under: 'until the kettle', text: 'Zip teeth gone on one side only. Is that the end of the bag?' },
]
