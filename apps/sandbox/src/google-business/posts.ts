import type { Earlier } from '../rhythm/earlier.ts'

/** Who wrote a review before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 2_900,
    who: 'Halina',
    rating: 5,
    text: 'Strap torn off after nine years, mended while I had a coffee next door. They would not take money for it.',
    answer: { afterMinutes: 70, text: 'Nine years is our favourite number now. Thank you, Halina.' },
  },
  { minutesAgo: 1_500, who: 'Domi', rating: 3, text: 'Lovely bags. Closed on a Thursday at half past four though the door says five.' },
  { minutesAgo: 380, who: 'Anselm', rating: 1, text: 'Ordered the blue one, got the green one, nobody picks up the phone.' },
  { minutesAgo: 45, who: 'Rafa', rating: 4, text: '' },
]
