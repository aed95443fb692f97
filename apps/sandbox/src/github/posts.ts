import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** The discussions that Fieldnote began, newest first: it publishes its patterns. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 20,
    topic: 'repair',
    title: 'Pattern 1.3: strap reinforcement for the backpack',
    text: 'The cut file and the stitch plan for a doubled strap are in the repository. Tested on four backpacks from 2019. Tell us what tears on yours.',
  },
  {
    hoursAgo: 130,
    topic: 'tote',
    title: 'Which file formats do you print patterns from?',
    text: 'We export PDF in A4 and one SVG. Would DXF help anybody with a cutter? Measurements stay in millimetres.',
  },
]

/** What people said before the demo began, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 520,
    who: 'Kai',
    under: 'doubled strap',
    text: 'Page 3 of the stitch plan says 4 mm, the drawing says 5. Which one?',
    answer: { afterMinutes: 80, text: 'Five. The text is fixed in 1.3.1, thank you for reading so closely.' },
  },
  { minutesAgo: 130, who: 'Noor', under: 'file formats', text: 'DXF please, with the grain line on a layer of its own.' },
]
