import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** The videos of Fieldnote before the demo begins, by their captions, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 4,
    topic: 'repair',
    text: 'a strap, a goat, and forty minutes. part 3 of bags that came back 🪡 #mending #repair',
  },
  {
    hoursAgo: 30,
    topic: 'dye',
    text: 'POV: you are a white tote and it is wednesday #indigo #naturaldye',
  },
  {
    hoursAgo: 77,
    topic: 'tote',
    text: 'packing a week into the small one. the umbrella was a bad idea #packwithme',
  },
  {
    hoursAgo: 145,
    topic: 'studio',
    text: 'gerda has sewn nine thousand of these and still counts out loud #smallbusiness',
  },
]

/** What people said before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 300,
    who: 'Bex',
    under: 'you are a white tote',
    text: 'does it come off on your hands?? asking for my sofa',
    answer: { afterMinutes: 17, text: 'For the first week a little. Wash it once, cold, and the sofa lives.' },
    later: { afterMinutes: 29, text: 'ok and on jeans' },
  },
  { minutesAgo: 118, who: 'Mateo', under: 'packing a week', text: '¿cabe como equipaje de mano?' },
  { minutesAgo: 46, who: 'Niamh', under: 'bags that came back', text: 'can you do zips too, mine gave up' },
]
