import type { PresenceFrame } from '@answerback/core/api'
import type { Present } from './relay.ts'

/** After this long without a sign somebody no longer looks at a conversation. */
const presenceMs = 40_000
const here = 'here'

type Sign = Present & { at: number }

/** Who looks at what, as far as this process knows: its own browsers, and what other processes last told of theirs. Times in ms. */
export function openPresence(now: () => number) {
  /** workspace and conversation -> process -> person */
  const known = new Map<string, Map<string, Map<string, Sign>>>()
  const keyOf = (workspaceId: string, conversationId: string) => `${workspaceId} ${conversationId}`

  function of(key: string, from: string): Map<string, Sign> {
    let processes = known.get(key)
    if (!processes) known.set(key, (processes = new Map()))
    let people = processes.get(from)
    if (!people) processes.set(from, (people = new Map()))
    return people
  }

  /** Everybody still there, by process; forgets the others. */
  function fresh(key: string): Map<string, Map<string, Sign>> {
    const processes = known.get(key) ?? new Map<string, Map<string, Sign>>()
    const oldest = now() - presenceMs
    for (const [from, people] of processes) {
      for (const [id, sign] of people) if (sign.at < oldest) people.delete(id)
      if (people.size === 0) processes.delete(from)
    }
    if (processes.size === 0) known.delete(key)
    return processes
  }

  return {
    /** A browser of ours gave a sign. */
    sign: (workspaceId: string, conversationId: string, person: Present) =>
      void of(keyOf(workspaceId, conversationId), here).set(person.id, { ...person, at: now() }),
    /** It left. */
    leave: (workspaceId: string, conversationId: string, id: string) =>
      void known.get(keyOf(workspaceId, conversationId))?.get(here)?.delete(id),
    /** Another process told of all of its own. */
    hear(from: string, workspaceId: string, conversationId: string, people: Present[]): void {
      const theirs = of(keyOf(workspaceId, conversationId), from)
      theirs.clear()
      for (const person of people) theirs.set(person.id, { ...person, at: now() })
    },
    /** Our own browsers' people, to tell the other processes. */
    ours: (workspaceId: string, conversationId: string): Present[] =>
      [...(fresh(keyOf(workspaceId, conversationId)).get(here)?.values() ?? [])].map(bare),
    /** Everybody, each once. */
    frame(workspaceId: string, conversationId: string): PresenceFrame {
      const people = new Map<string, Present>()
      for (const signs of fresh(keyOf(workspaceId, conversationId)).values())
        for (const sign of signs.values())
          people.set(sign.id, { ...bare(sign), typing: sign.typing || (people.get(sign.id)?.typing ?? false) })
      return { conversationId, people: [...people.values()] }
    },
  }
}

function bare({ id, name, typing }: Present): Present {
  return { id, name, typing }
}
