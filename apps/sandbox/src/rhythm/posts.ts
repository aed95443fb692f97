import type { PlatformId } from '../world/item.ts'

/** What a post is about; comments with the same topic fit below it. */
export type Topic = 'tote' | 'dye' | 'repair' | 'studio' | 'care' | 'news'

/** A post of the demo brand: on which platform, how many hours before the start, and its text. */
export type BrandPost = { platform: PlatformId; hoursAgo: number; topic: Topic; text: string }

/** What Fieldnote has posted before the demo begins, oldest last on each platform. */
export const brandPosts: BrandPost[] = [
  {
    platform: 'facebook',
    hoursAgo: 5,
    topic: 'tote',
    text: 'The spring tote is back in clay, walnut and indigo. Same linen, new crossbody clips. Tell us where yours is going first.',
  },
  {
    platform: 'facebook',
    hoursAgo: 29,
    topic: 'repair',
    text: 'Repairs, not returns: send us the bag you have worn through and we mend it. This week on the bench, a strap from 2016 and a corner that a puppy found.',
  },
  {
    platform: 'facebook',
    hoursAgo: 54,
    topic: 'dye',
    text: 'Walnut week. The husks went into the vat on Monday, and by Thursday the linen looked like this. What would you dye first?',
  },
  {
    platform: 'facebook',
    hoursAgo: 98,
    topic: 'studio',
    text: 'The studio door is open on Saturday, 10 to 4. Come and see the looms, bring a bag that needs a stitch. There will be tea.',
  },
  {
    platform: 'facebook',
    hoursAgo: 170,
    topic: 'care',
    text: 'A small reminder from the care card: cold water, no sun while drying, and let the linen be a little wrinkled. It is happier that way.',
  },
  {
    platform: 'bluesky',
    hoursAgo: 4,
    topic: 'dye',
    text: 'How we dye with walnut: husks from the orchard next door, three days of soaking, no mordant at all. The thread below has every step.',
  },
  {
    platform: 'bluesky',
    hoursAgo: 22,
    topic: 'tote',
    text: 'Spring tote, third batch. 180 of them, cut on Monday and sewn by six people. Clay sells first every single time.',
  },
  {
    platform: 'bluesky',
    hoursAgo: 51,
    topic: 'care',
    text: 'Wax or no wax? We leave the everyday bags bare so that they can be washed. The rain ones get two coats. Ask us anything.',
  },
  {
    platform: 'bluesky',
    hoursAgo: 80,
    topic: 'news',
    text: 'We now ship to 14 more countries, by train wherever there is a train. Slower by two days. We think you will not mind.',
  },
  {
    platform: 'bluesky',
    hoursAgo: 130,
    topic: 'studio',
    text: 'New in the studio: a 1961 walking foot machine that makes a sound like a small train. Its name is Gerda.',
  },
  {
    platform: 'mastodon',
    hoursAgo: 3,
    topic: 'repair',
    text: 'Repairs, not returns. Send us the bag you love and we mend it, for as long as we have thread.\n\n#mending #visiblemending',
  },
  {
    platform: 'mastodon',
    hoursAgo: 26,
    topic: 'tote',
    text: 'The spring tote takes a 13 inch laptop, a lunch and a library book. We tested with a very thick library book.',
  },
  {
    platform: 'mastodon',
    hoursAgo: 49,
    topic: 'dye',
    text: 'Indigo vat, day one: it smells. Day two: it smells more. Day three: this blue.\n\n#naturaldye',
  },
  {
    platform: 'mastodon',
    hoursAgo: 101,
    topic: 'news',
    text: 'We put our pattern for the small pouch online, free for anybody who wants to sew one. Show us what you make?',
  },
  {
    platform: 'mastodon',
    hoursAgo: 150,
    topic: 'studio',
    text: 'Two years without an ad. Everything you see here is us, writing back. Thank you for asking us things.',
  },
]

/** What the brand may post while the demo runs. */
export const laterPosts: { topic: Topic; text: string }[] = [
  { topic: 'studio', text: 'Good light in the studio this afternoon. Gerda is sewing handles, we are drinking tea.' },
  { topic: 'tote', text: 'A last box of the walnut totes turned up behind the loom. Twelve of them, on the site now.' },
  { topic: 'dye', text: 'Trying onion skins on wool today. Predictions? We say apricot.' },
  { topic: 'repair', text: 'Bench report: nine bags in, seven mended, two waiting for a buckle from Porto.' },
]
