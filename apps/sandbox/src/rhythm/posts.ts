/** What a post is about; comments with the same topic fit below it. */
export type Topic = 'tote' | 'dye' | 'repair' | 'studio' | 'care' | 'news'

/** A post of the demo brand: how many hours before the start, and its text; title and `extra` as on an item. */
export type BrandPost = { hoursAgo: number; topic: Topic; text: string; title?: string; extra?: Record<string, unknown> }

/** What the brand may post while the demo runs. */
export const laterPosts: { topic: Topic; text: string }[] = [
  { topic: 'studio', text: 'Good light in the studio this afternoon. Gerda is sewing handles, we are drinking tea.' },
  { topic: 'tote', text: 'A last box of the walnut totes turned up behind the loom. Twelve of them, on the site now.' },
  { topic: 'dye', text: 'Trying onion skins on wool today. Predictions? We say apricot.' },
  { topic: 'repair', text: 'Bench report: nine bags in, seven mended, two waiting for a buckle from Porto.' },
]
