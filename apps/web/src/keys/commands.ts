const commands = [
  { id: 'reply', group: 'conversation', keys: ['r'] },
  { id: 'replyPrivately', group: 'conversation', keys: ['R'] },
  { id: 'take', group: 'conversation', keys: ['i'] },
  { id: 'assign', group: 'conversation', keys: ['a'] },
  { id: 'snooze', group: 'conversation', keys: ['h', 'b'] },
  { id: 'done', group: 'conversation', keys: ['e', 'd'] },
  { id: 'like', group: 'conversation', keys: ['l'] },
  { id: 'hide', group: 'conversation', keys: ['m'] },
  { id: 'attach', group: 'conversation', keys: ['p'] },
  { id: 'openThere', group: 'conversation', keys: ['v'] },
  { id: 'next', group: 'list', keys: ['j', 'ArrowDown'], repeats: true },
  { id: 'previous', group: 'list', keys: ['k', 'ArrowUp'], repeats: true },
  { id: 'open', group: 'list', keys: ['Enter', 'o'] },
  { id: 'back', group: 'list', keys: ['u', 'Escape'] },
  { id: 'nextWaiting', group: 'list', keys: ['n'] },
  { id: 'previousWaiting', group: 'list', keys: ['N'] },
  { id: 'showNew', group: 'list', keys: ['.'] },
  { id: 'search', group: 'go', keys: ['/'] },
  { id: 'goInbox', group: 'go', keys: ['g i'] },
  { id: 'goQueue', group: 'go', keys: ['g u'] },
  { id: 'goMine', group: 'go', keys: ['g m'] },
  { id: 'goUnassigned', group: 'go', keys: ['g n'] },
  { id: 'goSnoozed', group: 'go', keys: ['g s'] },
  { id: 'goAnswered', group: 'go', keys: ['g a'] },
  { id: 'goClosed', group: 'go', keys: [] },
  { id: 'goFailed', group: 'go', keys: ['g f'] },
  { id: 'goDeliveries', group: 'go', keys: ['g d'] },
  { id: 'goChannels', group: 'go', keys: ['g h'] },
  { id: 'goSettings', group: 'go', keys: ['g ,'] },
  { id: 'undo', group: 'app', keys: ['z'] },
  { id: 'palette', group: 'app', keys: ['Mod+k'], everywhere: true },
  { id: 'cheatSheet', group: 'app', keys: ['?'] },
  { id: 'theme', group: 'app', keys: [] },
  { id: 'send', group: 'composer', keys: ['Mod+Enter'], writing: true },
  { id: 'sendStay', group: 'composer', keys: ['Mod+Shift+Enter'], writing: true },
  { id: 'leave', group: 'composer', keys: ['Escape'], writing: true },
] as const satisfies readonly Command[]

type Command = {
  id: string
  group: 'conversation' | 'list' | 'go' | 'app' | 'composer'
  keys: readonly string[]
  repeats?: boolean
  everywhere?: boolean
  writing?: boolean
}

export type CommandId = (typeof commands)[number]['id']

/**
 * Every action that has a key, once: the key handler, the cheat sheet and the palette all read this. `Mod` is Ctrl, or Cmd on a Mac;
 * a space parts the steps of a sequence; a capital letter means Shift. `writing`: works inside a text field, which handles it itself.
 */
export const commandTable: readonly (Command & { id: CommandId })[] = commands
