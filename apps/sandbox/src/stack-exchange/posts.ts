import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has asked there before the demo begins, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 22,
    topic: 'repair',
    title: 'Which awl angle keeps waxed thread from tearing 1.2 mm vegetable-tanned leather?',
    text: 'We re-stitch corners by hand. With a straight awl the holes tear after some months, with a curved one the line wanders. Thread is 18/3 waxed linen, stitches 4 mm. What angle do you use, and why?',
  },
  {
    hoursAgo: 170,
    topic: 'dye',
    title: 'Does an iron afterbath weaken linen over the years?',
    text: 'We darken walnut-dyed linen with iron sulfate, 2 % of the weight of the cloth, ten minutes. Are there measurements of how much strength that costs over ten years?',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 1_290,
    who: 'Quill',
    under: 'straight awl',
    text: 'How thick is the thread compared with the hole? That matters more than the angle.',
    answer: { afterMinutes: 35, text: 'The hole is about one and a half times as wide as the thread. We will measure again.' },
  },
  {
    minutesAgo: 260,
    who: 'Sunniva',
    under: 'straight awl',
    text: 'Is the leather cased (damp) when you pierce it? Could you add that to the question?',
  },
]
