import type { PlatformId } from '../world/item.ts';

/** A post of the demo brand: on which platform, how many hours before the start, and its text. */
export type BrandPost = { platform: PlatformId; hoursAgo: number; topic: string; text: string };

/** What Fieldnote has posted before the demo begins. `topic` picks the comments that fit. */
export const brandPosts: BrandPost[] = [
  {
    platform: 'facebook',
    hoursAgo: 5,
    topic: 'tote',
    text: 'The spring tote is back in clay, walnut and indigo. Same linen, new crossbody clips. Tell us where yours is going first.',
  },
  {
    platform: 'bluesky',
    hoursAgo: 5,
    topic: 'dye',
    text: 'How we dye with walnut: husks from the orchard next door, three days of soaking, no mordant at all.',
  },
  {
    platform: 'mastodon',
    hoursAgo: 5,
    topic: 'repair',
    text: 'Repairs, not returns. Send us the bag you love and we mend it, for as long as we have thread.',
  },
];
