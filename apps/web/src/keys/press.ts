import { type CommandId, commandTable } from './commands.ts'

/** A key as the browser reports it, with where it was pressed. */
export type Pressed = {
  key: string
  code: string
  ctrl: boolean
  meta: boolean
  alt: boolean
  shift: boolean
  repeat: boolean
  composing: boolean
  /** In a text field or other editable. */
  editing: boolean
  /** On a button or link, which Enter belongs to. */
  onControl: boolean
  /** In the list, or nowhere in particular; elsewhere arrows scroll. */
  arrowsFree: boolean
  /** While a dialog or menu is open, which has its own keys. */
  inOverlay: boolean
}

/** `pending`: the first step of a sequence, pressed at `at` (milliseconds). */
export type KeyState = { pending: string | null; at: number }
export const noKeys: KeyState = { pending: null, at: 0 }
export const sequenceMs = 1_000

/** What a key press means: a command, the start of a sequence, or nothing. Pure; `mac` decides what `Mod` is. */
export function press(state: KeyState, pressed: Pressed, now: number, mac: boolean): { state: KeyState; command: CommandId | null } {
  const stroke = strokeOf(pressed, mac)
  if (stroke === null) return { state, command: null }
  const begun = state.pending !== null && now - state.at <= sequenceMs ? state.pending : null
  const sequence = begun === null ? null : commandFor(`${begun} ${stroke}`, pressed)
  if (sequence !== null) return { state: noKeys, command: sequence }
  const command = commandFor(stroke, pressed)
  if (command !== null) return { state: noKeys, command }
  const starts =
    !isQuiet(pressed) && !pressed.repeat && commandTable.some((each) => each.keys.some((keys) => keys.startsWith(`${stroke} `)))
  return { state: starts ? { pending: stroke, at: now } : noKeys, command: null }
}

function commandFor(keys: string, pressed: Pressed): CommandId | null {
  const found = commandTable.find((each) => !each.writing && each.keys.includes(keys))
  if (found === undefined || (pressed.repeat && !found.repeats)) return null
  if (!found.everywhere && isQuiet(pressed)) return null
  if (found.everywhere && pressed.inOverlay) return null
  if (keys === 'Enter' && pressed.onControl) return null
  if (keys.startsWith('Arrow') && !pressed.arrowsFree) return null
  return found.id
}

function isQuiet(pressed: Pressed): boolean {
  return pressed.editing || pressed.inOverlay
}

/** "j", "N" with Shift, "Mod+k". Null for what is never ours: composing, modifiers alone, Alt, the other platform's modifier. */
function strokeOf(pressed: Pressed, mac: boolean): string | null {
  if (pressed.composing || pressed.alt || ['Shift', 'Control', 'Meta', 'Alt', 'Process', 'Dead'].includes(pressed.key)) return null
  const mod = mac ? pressed.meta : pressed.ctrl
  if (mac ? pressed.ctrl : pressed.meta) return null
  const key = letterOf(pressed)
  if (!mod) return key
  return `Mod+${pressed.shift ? 'Shift+' : ''}${key.length === 1 ? key.toLowerCase() : key}`
}

/** The letter by meaning; on a layout without Latin letters by its place on the keyboard. Caps Lock changes nothing. */
function letterOf({ key, code, shift }: Pressed): string {
  const latin = /^[\u0021-\u007e]$/.test(key) || key.length > 1
  const letter = latin ? key : (/^Key([A-Z])$/.exec(code)?.[1] ?? key)
  return /^[a-z]$/i.test(letter) ? (shift ? letter.toUpperCase() : letter.toLowerCase()) : letter
}
