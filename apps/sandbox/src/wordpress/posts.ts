import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has published before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 9,
    topic: 'tote',
    title: 'Why the new tote took two winters',
    text: 'The first canvas shrank, the second one squeaked. We tell you what was wrong with both, what the third one is made of, and why the handles are longer now.',
  },
  {
    hoursAgo: 80,
    topic: 'care',
    title: 'How to wash a waxed bag (do not)',
    text: 'A damp cloth, an hour in the shade, and a thin coat of wax when the folds turn pale. That is all. The long answer has pictures.',
  },
  {
    hoursAgo: 190,
    topic: 'studio',
    title: 'A year of the workshop in numbers',
    text: '1,904 bags, 212 repairs, eleven broken needles, one leaking roof. And what we mean to do better.',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 410,
    who: 'Marta',
    under: 'The first canvas',
    text: 'Long read, worth it. Is the third canvas still from the mill in Galicia?',
    answer: { afterMinutes: 24, text: 'It is, the same mill, a heavier weave. Thank you for reading to the end.' },
  },
  { minutesAgo: 95, who: 'Henrik', under: 'The first canvas', text: 'Does the longer handle fit over a winter coat?' },
]
