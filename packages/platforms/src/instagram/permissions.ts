/** What we ask for, as Meta spells it. */
export const permissions: { name: string; why: string }[] = [
  { name: 'instagram_business_basic', why: 'to read your profile and what you posted' },
  { name: 'instagram_business_manage_comments', why: 'to read comments, to answer, hide and delete them' },
  { name: 'instagram_business_manage_messages', why: 'to answer a comment in private' },
]
