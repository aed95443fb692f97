import { useEffect, useRef, useState } from 'react'
import type { Check } from '../../ui/checks.ts'
import { problemWords, refusalOf } from '../../ui/problem-words.ts'
import { useWords } from '../../words/words.tsx'

export type Saving = 'idle' | 'saving' | 'saved'

type Given = {
  /** What the server holds. */
  kept: string
  name: string
  check?: Check
  save: (value: string) => Promise<unknown>
}

/** A field that saves itself when it is left (`commit`), or at once with a value given. Escape takes back what was typed. */
export function useAutosave({ kept, name, check, save }: Given) {
  const t = useWords()
  const [typed, setTyped] = useState<string | null>(null)
  const [saving, setSaving] = useState<Saving>('idle')
  const [error, setError] = useState<string | null>(null)
  const sent = useRef(kept)
  useEffect(() => {
    sent.current = kept
  }, [kept])

  async function store(given: string): Promise<void> {
    const value = given.trim()
    const bad = check?.(value, t) ?? null
    setError(bad)
    if (bad !== null) return
    if (value === sent.current) return setTyped(null)
    sent.current = value
    setSaving('saving')
    try {
      await save(value)
      setSaving('saved')
      setTyped((now) => (now === given ? null : now))
    } catch (failure) {
      sent.current = kept
      setSaving('idle')
      const { fields, whole } = refusalOf(failure, t, [name])
      setError(fields[name] ?? whole ?? problemWords(failure, t))
    }
  }

  return {
    value: typed ?? kept,
    saving,
    error,
    type: (value: string) => {
      setTyped(value)
      setSaving('idle')
      setError(null)
    },
    commit: (value?: string) => {
      if (value !== undefined) setTyped(value)
      const now = value ?? typed
      if (now !== null) void store(now)
    },
    takeBack: () => {
      setTyped(null)
      setError(null)
    },
  }
}
