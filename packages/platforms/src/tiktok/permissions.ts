/** What we ask for, as TikTok spells the scopes of a token. */
export const permissions: { name: string; why: string }[] = [
  { name: 'user.info.basic', why: 'to know which account it is' },
  { name: 'video.list', why: 'to read your videos and photo posts, and how many comments each has' },
  { name: 'comment.list', why: 'to read comments, and to be told of them at once' },
  { name: 'comment.list.manage', why: 'to answer, like, hide and delete comments' },
]
