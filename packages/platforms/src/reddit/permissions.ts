/** What we ask for, as Reddit spells it (OAuth scopes, www.reddit.com/api/v1/scopes). */
export const permissions: { name: string; why: string }[] = [
  { name: 'identity', why: 'to know which account this is' },
  { name: 'read', why: 'to read the threads below your posts' },
  { name: 'history', why: 'to find your posts, and what you answered on Reddit itself' },
  { name: 'privatemessages', why: 'to read the inbox: replies to you and mentions. Private messages are left alone' },
  { name: 'submit', why: 'to reply' },
  { name: 'edit', why: 'to change or delete a reply of yours' },
  { name: 'vote', why: 'to like, when somebody of you presses the button' },
]
