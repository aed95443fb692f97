import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** What Fieldnote posted in its channel before the demo began, newest first. */
export const brandPosts: BrandPost[] = [
  { hoursAgo: 3, topic: 'tote', text: '🌿 New: the olive tote, 60 pieces, from today. Numbered on the inside. Questions go below 👇' },
  {
    hoursAgo: 27,
    topic: 'studio',
    text: 'Voice of the workshop: the old machine is back. Gerda gave it a name, and it is not a kind one. First straps run tomorrow at 8.',
  },
  { hoursAgo: 96, topic: 'care', text: 'Rain all week? Wax first, walk later. Three minutes with a hairdryer, done. Video on the site.' },
  { hoursAgo: 190, topic: 'news', text: '📦 Parcels to Norway and Switzerland go out on Tuesdays and Fridays now.' },
]

/** What people said before the demo began, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 172,
    who: 'Oksana',
    under: 'olive tote',
    text: 'чи є доставка в Україну? 🙏',
    answer: { afterMinutes: 9, text: 'Так, з Польщі, близько тижня 📦' },
    later: { afterMinutes: 15, text: 'супер, дякую!' },
  },
  { minutesAgo: 121, who: 'Rui', under: 'olive tote', text: 'number 7 still free? 😅' },
  { minutesAgo: 48, who: 'Dana', under: 'First straps', text: 'name reveal when??' },
]
