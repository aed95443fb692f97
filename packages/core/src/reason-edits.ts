import type { InvalidParam } from './problem.ts'
import { builtInReasons, type Reason } from './reasons.ts'

const offeredAtMost = 30

/**
 * What is wrong with a list that is to replace `before`; nothing when it may. Renaming, adding, retiring and ordering are free. None vanishes, since
 * closings name it; none changes its class or what it needs, since that would mix two things under one name. Each class keeps one that can be chosen,
 * and one that asks for words stays, so that everything can be said.
 */
export function reasonFaults(before: readonly Reason[], after: readonly Reason[]): InvalidParam[] {
  const faults: InvalidParam[] = []
  const fault = (name: string, reason: string) => void faults.push({ name, reason })
  const known = new Map(before.map((reason) => [reason.id, reason]))
  const ids = new Set(after.map((reason) => reason.id))
  const names = new Set<string>()
  for (const [index, reason] of after.entries()) {
    const at = `items.${index}`
    const old = known.get(reason.id)
    if (reason.name === null && !builtInReasons.some((each) => each.id === reason.id)) fault(`${at}.name`, 'give it a name')
    if (old !== undefined && old.class !== reason.class) fault(`${at}.class`, 'stays as it is: retire this reason and add another')
    if (old !== undefined && old.needs !== reason.needs) fault(`${at}.needs`, 'stays as it is: retire this reason and add another')
    if (reason.retired || reason.name === null) continue
    const folded = reason.name.normalize('NFKC').toLowerCase()
    if (names.has(folded)) fault(`${at}.name`, 'is the name of another reason, too')
    names.add(folded)
  }
  if (ids.size < after.length) fault('items', 'holds a reason twice')
  if (before.some((reason) => !ids.has(reason.id))) fault('items', 'lacks a reason that is there: retire it instead')
  const offered = after.filter((reason) => !reason.retired)
  if (offered.length > offeredAtMost) fault('items', `is too long: at most ${offeredAtMost} can be offered`)
  if (!offered.some((reason) => reason.class === 'not_owed'))
    fault('items', 'needs at least one reason of those for which nothing was owed')
  if (!offered.some((reason) => reason.class === 'declined'))
    fault('items', 'needs at least one reason of those for which we chose not to answer')
  if (!offered.some((reason) => reason.needs === 'text')) fault('items', 'needs at least one reason that asks for a few words')
  return faults
}
