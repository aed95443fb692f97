import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has posted before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 3,
    topic: 'repair',
    text: 'Repairs, not returns. Send us the bag you love and we mend it, for as long as we have thread.\n\n#mending #visiblemending',
  },
  {
    hoursAgo: 26,
    topic: 'tote',
    text: 'The spring tote takes a 13 inch laptop, a lunch and a library book. We tested with a very thick library book.',
  },
  {
    hoursAgo: 49,
    topic: 'dye',
    text: 'Indigo vat, day one: it smells. Day two: it smells more. Day three: this blue.\n\n#naturaldye',
  },
  {
    hoursAgo: 101,
    topic: 'news',
    text: 'We put our pattern for the small pouch online, free for anybody who wants to sew one. Show us what you make?',
  },
  {
    hoursAgo: 150,
    topic: 'studio',
    text: 'Two years without an ad. Everything you see here is us, writing back. Thank you for asking us things.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 412,
    who: 'Kei',
    under: 'Repairs',
    text: 'Which thread do you use for the mends? Mine keeps fraying.',
    answer: { afterMinutes: 22, text: 'Waxed linen, 18/3, and a blunt needle. Send a picture if it still frays.' },
  },
  {
    minutesAgo: 96,
    who: 'Wren',
    under: 'tote',
    text: 'Is the linen from the same mill as last year? It feels a touch heavier.',
  },
  {
    minutesAgo: 39,
    who: '圭',
    under: 'Indigo vat',
    text: '染め直しはできますか？三年使って色が少し抜けてきました。',
  },
  {
    minutesAgo: 22,
    who: 'Priya',
    under: 'Repairs',
    text: 'I have had mine since the very first run, it has been to three festivals and a birth.',
  },
]
