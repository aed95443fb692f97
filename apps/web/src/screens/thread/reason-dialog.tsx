import type { ConversationRow } from '@answerback/core/api'
import { type Reason, reasonsInUse } from '@answerback/core/reasons'
import { Reply as ReplyIcon } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { nameOf, offerWords } from '../inbox/row-words.ts'
import '../../style/reasons.css'

type Props = {
  row: ConversationRow
  /** Answered there already: asks for the link at once, with this one written in. */
  elsewhere?: string | null
  onClose: () => void
  /** Null where nothing can be written from here. */
  onReply: (() => void) | null
  onChoose: (reason: Reason, note: string) => void
}

/** Why no reply is needed: the workspace's own reasons, the first nine under the keys 1 to 9. Some want to be explained. */
export function ReasonDialog({ row, elsewhere = null, onClose, onReply, onChoose }: Props) {
  const t = useWords()
  const reasons = reasonsInUse(useMe().reasons)
  const [asking, setAsking] = useState<Reason | null>(
    elsewhere === null ? null : (reasons.find((reason) => reason.id === 'answered_elsewhere') ?? null),
  )
  const name = nameOf(row.contact, t)
  const choose = (reason: Reason) => {
    if (reason.needs !== null) return setAsking(reason)
    onClose()
    onChoose(reason, '')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (asking !== null || event.ctrlKey || event.metaKey || event.altKey) return
    const reason = reasons[Number(event.key) - 1]
    if (reason !== undefined) {
      event.preventDefault()
      choose(reason)
    } else moveFocus(event)
  }
  return (
    <Dialog label={t('reason.title', { name })} onClose={onClose} className="dialog sheet reasons">
      <div className="inner" onKeyDown={onKeyDown}>
        <span className="grab" aria-hidden="true" />
        <h1>{t('reason.title', { name })}</h1>
        {row.waitingMessage !== null && (
          <p className="small ink3 ell" dir="auto">
            “{row.waitingMessage.text}”
          </p>
        )}
        {asking === null ? (
          <>
            <Choices reasons={reasons} of="not_owed" onChoose={choose} />
            <h2 className="meta">{t('reason.declinedClass')}</h2>
            <Choices reasons={reasons} of="declined" onChoose={choose} />
          </>
        ) : (
          <Explain
            reason={asking}
            given={asking.needs === 'link' ? (elsewhere ?? '') : ''}
            onBack={() => setAsking(null)}
            onDone={(note) => {
              onClose()
              onChoose(asking, note)
            }}
          />
        )}
        {onReply !== null && (
          <button
            type="button"
            className="keep"
            onClick={() => {
              onClose()
              onReply()
            }}
          >
            <ReplyIcon className="i" aria-hidden="true" />
            {t('reason.instead')}
          </button>
        )}
      </div>
    </Dialog>
  )
}

type ChoicesProps = { reasons: Reason[]; of: Reason['class']; onChoose: (reason: Reason) => void }

function Choices({ reasons, of, onChoose }: ChoicesProps) {
  const t = useWords()
  return (
    <ul>
      {reasons.map((reason, index) =>
        reason.class === of ? (
          <li key={reason.id}>
            <button type="button" data-first={index === 0 || undefined} onClick={() => onChoose(reason)}>
              <span className="grow">{offerWords(reason, t)}</span>
              {index < 9 && <kbd>{index + 1}</kbd>}
            </button>
          </li>
        ) : null,
      )}
    </ul>
  )
}

/** The link or the words that the reason needs. */
type ExplainProps = { reason: Reason; given: string; onBack: () => void; onDone: (note: string) => void }

function Explain({ reason, given, onBack, onDone }: ExplainProps) {
  const t = useWords()
  const [note, setNote] = useState(given)
  const [tried, setTried] = useState(false)
  const link = reason.needs === 'link'
  const missing = link ? !/^https?:\/\/\S+\.\S+|^https?:\/\/localhost/i.test(note.trim()) : note.trim() === ''
  return (
    <form
      className="explain"
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (!missing) onDone(note.trim())
      }}
    >
      <label className="field">
        {link ? t('reason.link') : t('reason.text')}
        <input
          autoFocus
          type={link ? 'url' : 'text'}
          inputMode={link ? 'url' : 'text'}
          dir="auto"
          maxLength={2_000}
          value={note}
          aria-invalid={tried && missing}
          aria-describedby="explain-error"
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <span id="explain-error" className="err" role="alert">
          {tried && missing ? (link ? t('reason.needLink') : t('reason.needText')) : ''}
        </span>
      </label>
      <div className="foot">
        <button type="button" className="btn quiet s" onClick={onBack}>
          {t('app.cancel')}
        </button>
        <button type="submit" className="btn s">
          {t('reason.confirm')}
        </button>
      </div>
    </form>
  )
}

function moveFocus(event: KeyboardEvent): void {
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key]
  if (by === undefined) return
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('li button, .keep')]
  const at = buttons.indexOf(document.activeElement as HTMLElement)
  event.preventDefault()
  buttons[(at + by + buttons.length) % buttons.length]?.focus()
}
