import { useEffect, useRef } from 'react'
import type { CommandId } from './commands.ts'

type Handlers = Partial<Record<CommandId, () => void>>
const stack: { current: Handlers }[] = []

/** Says what commands do while this component is mounted. The latest mounted that knows a command has it; `base` ones come last. */
export function useCommandHandlers(handlers: Handlers, base = false): void {
  const held = useRef(handlers)
  useEffect(() => {
    held.current = handlers
  })
  useEffect(() => {
    if (base) stack.unshift(held)
    else stack.push(held)
    return () => void stack.splice(stack.indexOf(held), 1)
  }, [base])
}

/** Runs a command. False when nothing on the page can do it now. */
export function runCommand(id: CommandId): boolean {
  const handler = stack.findLast((each) => each.current[id] !== undefined)?.current[id]
  handler?.()
  return handler !== undefined
}

export function canRun(id: CommandId): boolean {
  return stack.some((each) => each.current[id] !== undefined)
}
