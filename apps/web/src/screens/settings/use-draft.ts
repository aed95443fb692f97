import { useState } from 'react'
import { ApiProblem } from '../../api/call.ts'
import { problemWords } from '../../ui/problem-words.ts'
import { useWords } from '../../words/words.tsx'

type Given<V> = {
  /** What the server holds, and how that state is named. */
  kept: V
  revision: string
  /** Stores a value over the state of that name. */
  save: (value: V, revision: string) => Promise<unknown>
  /** Asks for what the server holds now. */
  reload: () => Promise<unknown>
}

/** Something larger that is changed first and saved then. Says when somebody else saved meanwhile; nothing is overwritten unseen. */
export function useDraft<V>({ kept, revision, save, reload }: Given<V>) {
  const t = useWords()
  const [draft, setDraft] = useState<{ value: V; revision: string } | null>(null)
  const [saving, setSaving] = useState<'idle' | 'saving' | 'saved'>('idle')
  const [refusal, setRefusal] = useState<{ fields: Record<string, string>; whole: string | null }>({ fields: {}, whole: null })

  async function submit(): Promise<void> {
    if (draft === null || saving === 'saving') return
    setSaving('saving')
    setRefusal({ fields: {}, whole: null })
    try {
      await save(draft.value, draft.revision)
      setDraft(null)
      setSaving('saved')
    } catch (error) {
      setSaving('idle')
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'changed_meanwhile') await reload()
      else if (error.invalidParams.length === 0) setRefusal({ fields: {}, whole: problemWords(error, t) })
      else setRefusal({ fields: Object.fromEntries(error.invalidParams.map(({ name, reason }) => [name, sentence(reason)])), whole: null })
    }
  }

  return {
    value: draft === null ? kept : draft.value,
    dirty: draft !== null,
    /** Somebody else saved since this draft was begun. */
    outdated: draft !== null && draft.revision !== revision && saving !== 'saving',
    saving,
    refusal,
    set: (value: V) => {
      setDraft({ value, revision: draft?.revision ?? revision })
      setSaving('idle')
      setRefusal({ fields: {}, whole: null })
    },
    takeBack: () => {
      setDraft(null)
      setRefusal({ fields: {}, whole: null })
    },
    submit: () => void submit(),
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toLocaleUpperCase()}${text.slice(1)}.`
}
