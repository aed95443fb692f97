import { isMac } from './use-keyboard.ts'

/** The keys of one way to give a command, each as it is printed on the keyboard. */
export function Keys({ keys }: { keys: string }) {
  return keys
    .split(' ')
    .flatMap((stroke) => stroke.split('+'))
    .map((key, index) => <kbd key={index}>{printed(key)}</kbd>)
}

function printed(key: string): string {
  if (key === 'Mod') return isMac ? '⌘' : 'Ctrl'
  if (/^[A-Z]$/.test(key)) return `⇧${key.toLowerCase()}`
  return { Enter: '↵', Escape: 'Esc', ArrowDown: '↓', ArrowUp: '↑', Shift: '⇧' }[key] ?? key
}
