/** WordPress has no scopes: an application password may do what its user may. What we need, as WordPress calls it (capabilities). */
export const permissions: { name: string; why: string }[] = [
  { name: 'edit_posts', why: 'to see which comments are yours' },
  {
    name: 'moderate_comments',
    why: 'to read comments that wait for approval, to approve, hide and delete, and so that your replies appear at once',
  },
]
