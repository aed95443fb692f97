import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 5,
    topic: 'tote',
    text: 'The spring tote is back in clay, walnut and indigo. Same linen, new crossbody clips. Tell us where yours is going first.',
  },
  {
    hoursAgo: 29,
    topic: 'repair',
    text: 'Repairs, not returns: send us the bag you have worn through and we mend it. This week on the bench, a strap from 2016 and a corner that a puppy found.',
  },
  {
    hoursAgo: 54,
    topic: 'dye',
    text: 'Walnut week. The husks went into the vat on Monday, and by Thursday the linen looked like this. What would you dye first?',
  },
  {
    hoursAgo: 98,
    topic: 'studio',
    text: 'The studio door is open on Saturday, 10 to 4. Come and see the looms, bring a bag that needs a stitch. There will be tea.',
  },
  {
    hoursAgo: 170,
    topic: 'care',
    text: 'A small reminder from the care card: cold water, no sun while drying, and let the linen be a little wrinkled. It is happier that way.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 305,
    who: 'Nour',
    under: 'tote',
    text: 'Can I still get last spring’s strap on its own?',
    answer: { afterMinutes: 9, text: 'You can, write “strap” in the order note and we put one in.' },
  },
  {
    minutesAgo: 281,
    who: 'Odile',
    under: 'Walnut week',
    text: 'The link in the description goes to a 404. Is the walnut recipe somewhere else?',
  },
  {
    minutesAgo: 112,
    who: 'Tomás',
    under: 'tote',
    text: 'Could you tell me what the waxed one weighs? I fly with hand luggage.',
  },
  { minutesAgo: 44, who: 'ليلى', under: 'tote', text: 'هل تشحنون إلى عمّان؟ أريد حقيبة لأختي قبل العيد' },
]
