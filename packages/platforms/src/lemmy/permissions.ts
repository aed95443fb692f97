/** A Lemmy token is the whole account: there are no narrower ones (join-lemmy.org, API). What we use of it. */
export const permissions: { name: string; why: string }[] = [
  { name: 'account', why: 'to see replies and mentions, to read your posts and their comments, to reply and to vote up' },
]
