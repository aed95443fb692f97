/** Why a turn was closed without a reply. The order is the order of the number keys 1 to 9. */
export const reasons = [
  { id: 'tag_or_emoji', class: 'not_owed', needs: null },
  { id: 'thanks', class: 'not_owed', needs: null },
  { id: 'answered_elsewhere', class: 'not_owed', needs: 'link' },
  { id: 'between_people', class: 'not_owed', needs: null },
  { id: 'duplicate', class: 'not_owed', needs: null },
  { id: 'off_topic', class: 'not_owed', needs: null },
  { id: 'spam', class: 'not_owed', needs: null },
  { id: 'declined', class: 'declined', needs: null },
  { id: 'other', class: 'declined', needs: 'text' },
] as const

export type ReasonId = (typeof reasons)[number]['id']
/** `not_owed`: nothing was expected. `declined`: we chose not to answer, which never improves a figure. */
export type ReasonClass = (typeof reasons)[number]['class']
export const reasonIds = reasons.map((reason) => reason.id) as [ReasonId, ...ReasonId[]]
