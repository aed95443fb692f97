/** What we ask for, as Google spells it (YouTube Data API, OAuth scopes). One scope covers reading what is held and every write. */
export const permissions: { name: string; why: string }[] = [
  {
    name: 'https://www.googleapis.com/auth/youtube.force-ssl',
    why: 'to read the comments on your videos, those held for review too, and to reply, edit, hide and remove',
  },
]
