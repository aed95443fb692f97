/** `not_owed`: nothing was expected. `declined`: we chose not to answer, which never improves a figure. */
export type ReasonClass = 'not_owed' | 'declined'

/**
 * Why a turn may be closed without a reply. `name` null: a built-in one by its usual words, which the screens' catalogue has. `needs`: what has to be
 * given with it. A retired one is offered no more, and still names what was closed with it.
 */
export type Reason = { id: string; name: string | null; class: ReasonClass; needs: 'link' | 'text' | null; retired: boolean }

/** What every workspace begins with. The order is the order of the number keys. */
export const builtInReasons = [
  builtIn('tag_or_emoji', 'not_owed'),
  builtIn('thanks', 'not_owed'),
  builtIn('answered_elsewhere', 'not_owed', 'link'),
  builtIn('between_people', 'not_owed'),
  builtIn('duplicate', 'not_owed'),
  builtIn('off_topic', 'not_owed'),
  builtIn('spam', 'not_owed'),
  builtIn('declined', 'declined'),
  builtIn('other', 'declined', 'text'),
] as const satisfies readonly Reason[]

/** Those that can be chosen, in the order of their keys: first what is not owed, then what is declined. */
export function reasonsInUse(reasons: readonly Reason[]): Reason[] {
  return inOrder(reasons).filter((reason) => !reason.retired)
}

/** Not owed before declined, what is retired last; otherwise the order given. */
export function inOrder(reasons: readonly Reason[]): Reason[] {
  const rank = (reason: Reason) => (reason.retired ? 2 : 0) + (reason.class === 'declined' ? 1 : 0)
  return reasons.toSorted((a, b) => rank(a) - rank(b))
}

/** What a closing keeps of its reason. What becomes of the reason later changes none of it. */
export function stampOf(reason: Reason): { reason: string; reasonName: string | null; class: ReasonClass } {
  return { reason: reason.id, reasonName: reason.name, class: reason.class }
}

function builtIn<Id extends string>(id: Id, of: ReasonClass, needs: Reason['needs'] = null) {
  return { id, name: null, class: of, needs, retired: false }
}
