import type { Earlier } from '../rhythm/earlier.ts'

/** Who rated the app before the demo begins, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 3_600,
    who: 'Ottilie',
    rating: 5,
    text: 'I photograph the worn seam, they tell me what the repair costs. No forms, no phone queue. More of this please.',
    answer: { afterMinutes: 95, text: 'That is exactly what we made it for. Thank you, Ottilie, and send us that seam.' },
  },
  {
    minutesAgo: 1_050,
    who: 'Teo',
    rating: 2,
    text: 'Since the update the repair tracker asks me to sign in every single morning. iPhone 15, newest iOS.',
  },
  { minutesAgo: 160, who: 'Wanda', rating: 4, text: 'Lovely app. I only wish it remembered my second address.' },
]
