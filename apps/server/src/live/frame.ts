import type { ChangeFrame } from '@answerback/core/api'

/** Hands one committed change to whoever listens in that workspace. Must not throw; a lost frame is repaired by `GET /changes`. */
export type Publish = (workspaceId: string, frame: ChangeFrame) => void
