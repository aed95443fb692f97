/** What we ask for, as Meta spells it. */
export const permissions: { name: string; why: string }[] = [
  { name: 'threads_basic', why: 'to read your profile and what you posted' },
  { name: 'threads_read_replies', why: 'to read replies to your posts' },
  { name: 'threads_manage_replies', why: 'to answer, and to hide replies' },
  { name: 'threads_content_publish', why: 'to publish what you answer' },
  { name: 'threads_manage_mentions', why: 'to read who mentions you, and to answer there' },
  { name: 'threads_delete', why: 'to take an answer of yours away again' },
]
