import type { Earlier } from '../rhythm/earlier.ts'
import type { BrandPost } from '../rhythm/posts.ts'

/** The topics that Fieldnote began before the demo, newest first. */
export const brandPosts: BrandPost[] = [
  {
    hoursAgo: 9,
    topic: 'repair',
    title: 'Repair log: post your mended bags here',
    text: 'We start. Backpack from 2019, left strap, one hour with a curved needle. Photos of the stitch in the first reply.\n\nTell us the year, what broke and what you used. We answer questions here every morning.',
  },
  {
    hoursAgo: 52,
    topic: 'news',
    title: 'What should the autumn pouch do? Open design round',
    text: 'Two drafts are in the workshop: one with a flat bottom, one that folds. Both hold a book and a bottle. Which one would you carry, and what is missing?',
  },
  {
    hoursAgo: 171,
    topic: 'dye',
    title: 'Dye bath notes: onion skin, walnut, madder',
    text: 'One sheet for each bath: weights, water, time, and what it looked like after forty washes. Corrections are welcome, we are not chemists.',
  },
  {
    hoursAgo: 300,
    topic: 'care',
    title: 'Start here: how to wash waxed canvas',
    text: 'Short answer: you do not. Long answer: cold water, a soft brush, no soap, a day in the shade, then wax again where it looks dry.',
  },
]

/** What people said before the demo began, oldest first. */
export const earlier: Earlier[] = [
  {
    minutesAgo: 410,
    who: 'Marlene',
    under: 'curved needle',
    text: 'Rucksack von 2017, Reißverschluss klemmt an der Ecke. Wachs oder neuer Schieber?',
    answer: {
      afterMinutes: 47,
      text: 'Erst Wachs, dann mit der Zange ganz leicht nachdrücken. Wenn er dann noch klemmt, schicken wir einen Schieber.',
    },
  },
  {
    minutesAgo: 236,
    who: 'Teo',
    under: 'Two drafts are in the workshop',
    text: 'The one that folds, but please with a loop inside for keys. I lose mine in every pouch I own.',
  },
  {
    minutesAgo: 95,
    who: 'Ingrid',
    under: 'onion skin',
    text: 'The madder sheet says 60 °C for an hour. Mine went brown above 55, could that be the water here?',
  },
]
