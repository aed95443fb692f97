import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote has written in its server before the demo begins, newest first: with a title in the forum, without one as an announcement. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 5,
    topic: 'studio',
    text: 'Open bench on Thursday, 18:00 CET, in the sewing room. Bring a bag, or bring a question. Gerda brings the tea.',
  },
  {
    hoursAgo: 30,
    topic: 'repair',
    title: 'Stitch along: a patch that bends',
    text: 'Step one is up. Cut the patch with round corners, 5 mm larger than the hole. Post yours below, crooked ones too, those teach us most.',
  },
  {
    hoursAgo: 110,
    topic: 'dye',
    text: 'Swap list is open: we have 400 g of dried weld, and would take walnut husks for it. Reply in the thread, first come.',
  },
  {
    hoursAgo: 210,
    topic: 'news',
    title: 'Which pattern shall we draw next?',
    text: 'A roll-top, a bike pannier, or the little pouch in three sizes? Tell us what you would sew, and with which machine.',
  },
]

/** What people said before the demo began, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 265,
    who: 'Idris',
    under: 'round corners',
    text: 'does the grain of the patch have to match the bag?',
    answer: { afterMinutes: 7, text: 'Turn it 45 degrees and it bends with you. Matching looks neater, but it tears first.' },
    later: { afterMinutes: 21, text: 'ohh. ok that explains my last three patches 😄' },
  },
  { minutesAgo: 96, who: 'Mirela', under: 'Open bench', text: 'is it recorded? 18:00 is bedtime story time here' },
  { minutesAgo: 38, who: 'Tam', under: 'round corners', text: 'my needle squeaks through the wax, is that normal or am I ruining it' },
]
