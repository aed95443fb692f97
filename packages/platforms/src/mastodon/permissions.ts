/** What we ask for, as Mastodon spells it (docs.joinmastodon.org, OAuth scopes). */
export const permissions: { name: string; why: string }[] = [
  { name: 'read:accounts', why: 'to know which account this is' },
  { name: 'read:notifications', why: 'to see replies, mentions and quotes' },
  { name: 'read:statuses', why: 'to read your posts and the threads below them' },
  { name: 'write:statuses', why: 'to reply' },
  { name: 'write:media', why: 'to reply with pictures' },
  { name: 'write:favourites', why: 'to like' },
]
