import { Search, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { useWords } from '../../words/words.tsx'

const restMs = 200

type Props = {
  q: string
  field: RefObject<HTMLInputElement | null>
  /** What stands there now, a moment after the last key or at once with Enter. */
  onAsk: (q: string) => void
  /** Down, or Enter once it was asked for: on to what was found. */
  onEnter: () => void
  /** Escape in an empty field. */
  onLeave: () => void
}

/** Where one writes what to look for. Escape empties it, then leaves. */
export function SearchField({ q, field, onAsk, onEnter, onLeave }: Props) {
  const t = useWords()
  const [typed, setTyped] = useState(q)
  const asked = useRef(q)
  const ask = (text: string) => {
    asked.current = text
    onAsk(text)
  }
  // Another address, by going back and forth.
  useEffect(() => {
    if (q === asked.current) return
    asked.current = q
    setTyped(q)
  }, [q])
  const latest = useRef(ask)
  useEffect(() => {
    latest.current = ask
  })
  useEffect(() => {
    if (typed === asked.current) return
    const timer = setTimeout(() => latest.current(typed), restMs)
    return () => clearTimeout(timer)
  }, [typed])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && typed !== asked.current) ask(typed)
    else if (event.key === 'Enter' || event.key === 'ArrowDown') onEnter()
    else if (event.key !== 'Escape') return
    else if (typed === '') onLeave()
    else setTyped('')
    event.preventDefault()
  }
  return (
    <div className="sfield" role="search">
      <Search className="i" aria-hidden="true" />
      <input
        ref={field}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoFocus
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        maxLength={200}
        aria-label={t('search.label')}
        placeholder={t('search.label')}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {typed === '' ? (
        <kbd className="wide-only" aria-hidden="true">
          /
        </kbd>
      ) : (
        <button
          type="button"
          className="ib s"
          aria-label={t('search.clear')}
          onClick={() => {
            setTyped('')
            field.current?.focus()
          }}
        >
          <X className="i" aria-hidden="true" />
        </button>
      )}
    </div>
  )
}
