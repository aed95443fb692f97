import clsx from 'clsx'
import { ChevronDown } from 'lucide-react'
import { type ButtonHTMLAttributes, type KeyboardEvent, type ReactNode, type ToggleEvent, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { isPhone } from './use-phone.ts'

type Props = {
  /** What the button shows. */
  button: ReactNode
  /** Accessible name of the button when it shows only an icon; also the menu's name. */
  label: string
  className?: string
  align?: 'start' | 'end'
  /** Above the button instead of below it. */
  above?: boolean
  children: ReactNode
  /** Id of the button, so that a key may press it. */
  id?: string
  labelled?: boolean
}

/** A button with a menu: native popover, arrow keys, from below on a phone. Fill it with `MenuItem`, made only while it is open. */
export function Menu({ button, label, className, align = 'start', above = false, children, id, labelled = false }: Props) {
  const menuId = useId()
  const trigger = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  const onToggle = (event: ToggleEvent<HTMLDivElement>) => {
    trigger.current?.setAttribute('aria-expanded', String(event.newState === 'open'))
    if (event.newState !== 'open' || menu.current === null || trigger.current === null) return
    place(menu.current, trigger.current, align, above)
    itemsOf(menu.current)[0]?.focus()
  }
  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={className}
        id={id}
        aria-label={labelled ? undefined : label}
        aria-haspopup="menu"
        aria-expanded="false"
        popoverTarget={menuId}
      >
        {button}
      </button>
      <div
        ref={menu}
        id={menuId}
        popover="auto"
        role="menu"
        aria-label={label}
        className="menu"
        onBeforeToggle={(event) => flushSync(() => setOpen(event.newState === 'open'))}
        onToggle={onToggle}
        onKeyDown={moveInMenu}
      >
        {open && children}
      </div>
    </>
  )
}

type ItemProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  checked?: boolean | undefined
  icon?: ReactNode
  hint?: ReactNode
  onChoose: () => void
}

/** One choice. `checked` given makes it one of several. Choosing closes the menu first. */
export function MenuItem({ checked, icon, hint, onChoose, children, className, ...rest }: ItemProps) {
  return (
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={checked}
      tabIndex={-1}
      className={clsx(checked && 'on', className)}
      onClick={(event) => {
        event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover()
        onChoose()
      }}
      {...rest}
    >
      {icon}
      <span>{children}</span>
      {hint !== undefined && <span className="meta">{hint}</span>}
    </button>
  )
}

/** For the button of a menu of choices: what is chosen. */
export function MenuChoice({ text }: { text: string }) {
  return (
    <>
      {text}
      <ChevronDown className="i sm" aria-hidden="true" />
    </>
  )
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)')]
}

function moveInMenu(event: KeyboardEvent<HTMLDivElement>): void {
  const items = itemsOf(event.currentTarget)
  const at = items.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
  if (to === undefined || items.length === 0) return
  event.preventDefault()
  items[(to + items.length) % items.length]?.focus()
}

function place(menu: HTMLElement, trigger: HTMLElement, align: 'start' | 'end', above: boolean): void {
  menu.style.inset = ''
  if (isPhone()) return
  const at = trigger.getBoundingClientRect()
  const size = menu.getBoundingClientRect()
  const rtl = getComputedStyle(trigger).direction === 'rtl'
  const left = (align === 'start') !== rtl ? at.left : at.right - size.width
  const up = above || (at.bottom + 6 + size.height > innerHeight && at.top > size.height + 12)
  const top = up ? at.top - size.height - 6 : at.bottom + 6
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`
  menu.style.top = `${Math.max(8, top)}px`
}
