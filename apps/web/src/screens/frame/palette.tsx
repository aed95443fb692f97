import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Search } from 'lucide-react'
import { useNavigate, useParams } from '@tanstack/react-router'
import { findRow } from '../../api/cached-rows.ts'
import { Keys } from '../../keys/key-names.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useWords, type Words } from '../../words/words.tsx'
import { nameOf } from '../inbox/row-words.ts'
import { matchIn } from './match-in.ts'
import { type Entry, usePaletteEntries } from './palette-entries.ts'
import '../../style/palette.css'

const shownMax = 14

/** Every action, person and place by name, each with its key. What is chosen runs after the palette has closed. */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useWords()
  const { conversationId } = useParams({ strict: false })
  const row = conversationId === undefined ? null : findRow(conversationId)
  const [wanted, setWanted] = useState('')
  const [at, setAt] = useState(0)
  const entries = usePaletteEntries(row)
  const found = useMemo(() => {
    const marked = entries.flatMap((entry) => {
      const marks = matchIn(entry.label, wanted)
      return marks === null ? [] : [{ entry, marks }]
    })
    const shown = marked.filter(({ entry }) => wanted.trim() !== '' || entry.always)
    shown.sort((a, b) => scatterOf(a.marks) - scatterOf(b.marks))
    return shown.slice(0, shownMax).sort((a, b) => order.indexOf(a.entry.group) - order.indexOf(b.entry.group))
  }, [entries, wanted])
  const navigate = useNavigate()
  const q = wanted.trim()
  const shown = q === '' ? found : [...found, searchFor(q, t, () => void navigate({ to: '/search', search: { q } }))]
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [at])

  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return
    onClose()
    requestAnimationFrame(entry.run)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'k' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      return onClose()
    }
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: event.ctrlKey ? 0 : undefined }[event.key]
    if (event.key === 'Enter') run(shown[at]?.entry)
    else if (to === undefined) return
    else setAt((to + shown.length) % Math.max(1, shown.length))
    event.preventDefault()
  }
  return (
    <Dialog
      label={row === null ? t('palette.title') : t('palette.titleFor', { name: nameOf(row.contact, t) })}
      onClose={onClose}
      className="dialog palette"
    >
      <div className="pq">
        <Search className="i" aria-hidden="true" />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={shown.length === 0 ? undefined : `palette-${at}`}
          aria-label={t('palette.input')}
          placeholder={t('palette.input')}
          value={wanted}
          onChange={(event) => {
            setWanted(event.currentTarget.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
        {row !== null && <span className="chip">{nameOf(row.contact, t)}</span>}
      </div>
      <div className="plist" id="palette-list" role="listbox" aria-label={t('palette.results')} ref={list}>
        {shown.map(({ entry, marks }, index) => (
          <div key={entry.id}>
            {entry.group !== shown[index - 1]?.entry.group && (
              <p className="pg" role="presentation">
                {entry.group === 'people' ? t('palette.people') : t(`keys.group.${entry.group}`)}
              </p>
            )}
            <div
              id={`palette-${index}`}
              role="option"
              aria-selected={index === at}
              className="pi"
              onMouseMove={() => setAt(index)}
              onClick={() => run(entry)}
            >
              <span className="ell">
                <bdi>{marks.map((part, n) => (part.hit ? <b key={n}>{part.text}</b> : part.text))}</bdi>
              </span>
              {entry.hint !== null && <span className="meta ell">{entry.hint}</span>}
              <span className="grow" />
              {entry.keys !== null && (
                <span className="hs">
                  <Keys keys={entry.keys} />
                </span>
              )}
            </div>
          </div>
        ))}
        {found.length === 0 && <p className="pg">{t('keys.none')}</p>}
      </div>
      <p className="pf">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> {t('palette.choose')}
        </span>
        <span>
          <kbd>↵</kbd> {t('palette.run')}
        </span>
        <span>
          <kbd>Esc</kbd> {t('palette.close')}
        </span>
        <span className="grow" />
        <span className="wide-only">{t('palette.footer')}</span>
      </p>
    </Dialog>
  )
}

/** What the palette does not know, somebody may have said. */
function searchFor(q: string, t: Words, run: () => void): { entry: Entry; marks: { text: string; hit: boolean }[] } {
  const label = t('palette.searchFor', { q })
  return {
    entry: { id: 'search for', group: 'go', label, hint: null, keys: null, always: false, run },
    marks: [{ text: label, hit: false }],
  }
}

/** How far a match is from the beginning in one piece: 0 at the start, 1 whole inside, more when scattered. */
function scatterOf(marks: { hit: boolean }[]): number {
  const hits = marks.filter((mark) => mark.hit).length
  return hits === 1 ? (marks[0]?.hit ? 0 : 1) : hits
}

const order: Entry['group'][] = ['conversation', 'list', 'go', 'people', 'app', 'composer']
