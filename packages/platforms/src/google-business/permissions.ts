/** What we ask for, as Google spells it. One scope covers reviews, replies and the list of locations. */
export const permissions: { name: string; why: string }[] = [
  {
    name: 'https://www.googleapis.com/auth/business.manage',
    why: 'to read the reviews of your locations, and to write, change and remove the reply to each; and, where you name a topic, to have Google tell it of new ones',
  },
]
