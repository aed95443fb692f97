/** Whose sockets to close at once: those of one session, or of one person or key in one workspace. They may come back if they still may. */
export type CutTarget = { sessionId: string } | { workspaceId: string; userId: string }
/** `removed`: they are told first that they were taken out of the workspace. */
export type Cut = (target: CutTarget, why?: 'removed') => void

/** The room of a target. Rooms are named here and by workspace ids alone, never by a client. */
export function roomOf(target: CutTarget): string {
  return 'sessionId' in target ? `session ${target.sessionId}` : `person ${target.workspaceId} ${target.userId}`
}
