import type { Message } from '@answerback/core/api'

/** A top-level message with all below it. `toId`: the message that a child speaks to, when that is not plain from its place. */
export type Branch = { root: Message; children: { message: Message; toId: string | null }[] }

/** The messages as a tree flattened to two levels, oldest first on both. A message whose parent is not held stands at the top. */
export function branchesOf(messages: Message[]): Branch[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const branches = new Map<string, Branch>()
  const sorted = [...messages].sort((a, b) => Date.parse(a.platformAt) - Date.parse(b.platformAt) || (a.id < b.id ? -1 : 1))
  for (const message of sorted) {
    const root = rootOf(message, byId)
    if (root.id === message.id) branches.set(root.id, { root, children: branches.get(root.id)?.children ?? [] })
    else {
      const branch = branches.get(root.id) ?? { root, children: [] }
      branches.set(root.id, branch)
      branch.children.push({ message, toId: speaksTo(message, root, byId) })
    }
  }
  return [...branches.values()].sort((a, b) => Date.parse(a.root.platformAt) - Date.parse(b.root.platformAt))
}

/** Climbs to the top; a circle of parents, which only a lying platform makes, ends where it began. */
function rootOf(message: Message, byId: Map<string, Message>): Message {
  const seen = new Set<string>()
  let at = message
  while (at.parentId !== null && !seen.has(at.id)) {
    seen.add(at.id)
    const parent = byId.get(at.parentId)
    if (parent === undefined) return at
    at = parent
  }
  return at
}

function speaksTo(message: Message, root: Message, byId: Map<string, Message>): string | null {
  const parent = byId.get(message.parentId ?? '')
  if (parent === undefined || (parent.id === root.id && message.direction === 'out')) return null
  const sameVoice = parent.direction === message.direction && parent.contact?.id === message.contact?.id
  return sameVoice ? null : parent.id
}
