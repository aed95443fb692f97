/** What the token is asked for, as Stack Exchange spells it. */
export const permissions: { name: string; why: string }[] = [
  { name: 'private_info', why: 'to know whose account it is, and to read who mentions it' },
  { name: 'write_access', why: 'to write, change and delete comments of your own' },
  { name: 'no_expiry', why: 'so that nobody has to connect again every day' },
]
