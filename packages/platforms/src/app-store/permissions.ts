/** The role that a key needs, as App Store Connect spells it. */
export const permissions: { name: string; why: string }[] = [
  {
    name: 'Customer Support',
    why: 'to read the reviews of your app, and to write, change and remove the response to each; App Manager and Admin may too',
  },
]
