import { type FormEvent, useState } from 'react'
import { useWords } from '../words/words.tsx'
import { type Check, failuresOf } from './checks.ts'
import { noRefusal, refusalOf } from './problem-words.ts'

type Given<V> = {
  initial: V
  checks: Record<string, Check>
  /** Sends the values. What it throws is told at its field, or above the button. */
  send: (values: V) => Promise<unknown>
  /** For refusals that the form tells in another way. True: told. */
  onRefused?: (error: unknown) => boolean
}

/** The state of a form: values, what is wrong with each after the first try, and whether it is under way. */
export function useForm<V extends Record<string, string>>({ initial, checks, send, onRefused }: Given<V>) {
  const t = useWords()
  const [values, setValues] = useState(initial)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState(noRefusal)
  const failures = tried ? failuresOf(values, checks, t) : {}

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (busy) return
    const form = event.currentTarget
    setTried(true)
    if (Object.keys(failuresOf(values, checks, t)).length > 0) return focusFirstBad(form)
    setBusy(true)
    setRefusal(noRefusal)
    try {
      await send(values)
    } catch (error) {
      if (onRefused?.(error)) return
      setRefusal(refusalOf(error, t, Object.keys(values)))
      focusFirstBad(form)
    } finally {
      setBusy(false)
    }
  }

  /** What a field needs: value, setter, and its error. */
  function field(name: keyof V & string) {
    return {
      name,
      value: values[name],
      error: failures[name] ?? refusal.fields[name] ?? null,
      onValue: (value: string) => {
        setValues((held) => ({ ...held, [name]: value }))
        setRefusal((held) => ({ fields: { ...held.fields, [name]: '' }, whole: held.whole }))
      },
    }
  }

  function reset(): void {
    setValues(initial)
    setTried(false)
    setRefusal(noRefusal)
  }

  return { values, field, busy, whole: refusal.whole, submit: (event: FormEvent<HTMLFormElement>) => void submit(event), reset }
}

/** After the errors are on the page, the first of them has the focus. */
function focusFirstBad(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
}
