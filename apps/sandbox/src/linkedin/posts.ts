import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 7,
    topic: 'repair',
    text: 'Last year our repair bench mended 1,412 bags. 61 of them were not even ours.\n\nWe used to count those as a cost. Since March we count them as introductions. What would change in your company if returns and repairs sat in the same budget?',
  },
  {
    hoursAgo: 55,
    topic: 'news',
    text: 'We are looking for a second dyer (full time, Porto). You will not need a degree. You will need patience, good gloves and an opinion about walnut husks. Details on our careers page.',
  },
  {
    hoursAgo: 142,
    topic: 'dye',
    text: 'Three suppliers, eleven months, one number: our indigo now needs 38% less water. Chief dyer Gerda wrote down what worked, and what we had to undo. The whole report is free to copy.',
  },
  {
    hoursAgo: 300,
    topic: 'studio',
    text: 'No desk here has a fixed owner, but every sewing machine does. A short tour of the studio that twelve people share.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 352,
    who: 'Miriam Osei',
    under: 'repair bench',
    text: 'Strong framing. How do you price a repair on somebody else’s bag without undercutting local cobblers?',
    answer: {
      afterMinutes: 47,
      text: 'We send leather soles and zips to them, Miriam, and keep to canvas and straps. They send us canvas.',
    },
    later: { afterMinutes: 70, who: 'Miriam Osei', text: 'That is a partnership I would like to write about. May I reach out?' },
  },
  {
    minutesAgo: 118,
    who: 'Anton Brandt',
    under: 'second dyer',
    text: 'Ist die Stelle auch für Quereinsteiger aus der Textiltechnik interessant? Umzug wäre kein Problem.',
  },
  {
    minutesAgo: 36,
    who: 'Priya Raman',
    under: '38% less water',
    text: 'Is the 38% measured per metre of cloth or per batch? We are comparing two vats and the difference matters.',
  },
]
