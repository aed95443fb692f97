/** What we ask for, as X spells it (docs.x.com, OAuth 2.0 scopes). */
export const permissions: { name: string; why: string }[] = [
  { name: 'tweet.read', why: 'to read your posts, the replies to them, mentions and quotes' },
  { name: 'users.read', why: 'to know who wrote them, and whose account this is' },
  { name: 'tweet.write', why: 'to reply, and to delete a reply of yours' },
  { name: 'media.write', why: 'to send pictures along with a reply' },
  { name: 'tweet.moderate.write', why: 'to hide replies under your posts' },
  { name: 'offline.access', why: 'to stay connected: without it access ends after two hours' },
]
