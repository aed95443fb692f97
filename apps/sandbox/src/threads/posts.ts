import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  { hoursAgo: 2, topic: 'studio', text: 'unpopular opinion: the first bag somebody sews should be ugly. ours was. it is still in use.' },
  {
    hoursAgo: 20,
    topic: 'tote',
    text: 'We are thinking about a zip on the big tote. Thread of reasons for and against below, please add yours.',
  },
  {
    hoursAgo: 65,
    topic: 'dye',
    text: 'things we learned this week: onion skins give apricot, avocado stones give pink, patience gives both',
  },
  {
    hoursAgo: 130,
    topic: 'repair',
    text: 'Somebody sent in a strap with a note: “sorry, the goat”. Best repair ticket of the year so far.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 330,
    who: 'Ines',
    under: 'a zip on the big tote',
    text: 'Against. The open top is why I can grab my keys with one hand.',
    answer: { afterMinutes: 14, text: 'This is now reason four on the list.' },
    later: { afterMinutes: 21, text: 'And for travel? Could there be one that comes off?' },
  },
  { minutesAgo: 95, who: 'Yusuf', under: 'a zip on the big tote', text: 'For. Trains. Will it be waterproof as well?' },
  { minutesAgo: 52, who: 'Noa', under: 'the goat', text: 'is the goat fine?' },
]
