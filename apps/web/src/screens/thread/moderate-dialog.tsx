import type { Conversation, Message } from '@answerback/core/api'
import { useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { platformOf, useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { nameOf } from '../inbox/row-words.ts'
import type { Moderation } from './use-message-actions.ts'

type Props = {
  conversation: Conversation
  message: Message
  what: 'hiding' | 'removal'
  onClose: () => void
  onDo: (why: Moderation | null) => void
}

/** Asks why a message is hidden or removed there, and says what follows. What we wrote ourselves asks for no reason. */
export function ModerateDialog({ conversation, message, what, onClose, onDo }: Props) {
  const t = useWords()
  const platform = platformOf(useMe(), conversation.platform).name
  const [reason, setReason] = useState<Moderation['reason'] | null>(null)
  const [note, setNote] = useState('')
  const [tried, setTried] = useState(false)
  const own = message.direction === 'out'
  const removes = what === 'removal'
  const missing = !own && (reason === null || (reason === 'other' && note.trim() === ''))
  const name = nameOf(message.contact, t)
  const title = own ? t('moderate.removeOwnTitle') : t(removes ? 'moderate.removeTitle' : 'moderate.hideTitle', { name })
  const lead = t(removes ? (own ? 'moderate.removeOwnLead' : 'moderate.removeLead') : 'moderate.hideLead', { platform })
  return (
    <Dialog label={title} onClose={onClose} className="dialog sheet moderate">
      <form
        className="inner"
        onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
          if (missing) return
          onClose()
          onDo(own || reason === null ? null : { reason, ...(reason === 'other' && { note: note.trim() }) })
        }}
      >
        <h1>{title}</h1>
        <p className="small ink3 ell" dir="auto">
          “{message.text}”
        </p>
        <p className="small">{lead}</p>
        {!own && (
          <fieldset aria-describedby="moderate-error">
            <legend className="med">{t('moderate.why')}</legend>
            {(['spam', 'other'] as const).map((each, index) => (
              <label key={each} className="choice">
                <input
                  type="radio"
                  name="moderate-reason"
                  data-first={index === 0 || undefined}
                  checked={reason === each}
                  onChange={() => setReason(each)}
                />
                <span>
                  {t(`moderate.${each}`)} <span className="meta">{t(`moderate.${each}Hint`)}</span>
                </span>
              </label>
            ))}
            {reason === 'other' && (
              <label className="field">
                {t('reason.text')}
                <input autoFocus dir="auto" maxLength={2_000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
              </label>
            )}
            <span id="moderate-error" className="err" role="alert">
              {tried && missing ? t('reason.needText') : ''}
            </span>
          </fieldset>
        )}
        <div className="foot">
          <button type="button" className="btn quiet s" data-first={own || undefined} onClick={onClose}>
            {t('app.cancel')}
          </button>
          <button type="submit" className={removes ? 'btn s danger' : 'btn s'}>
            {t(removes ? 'moderate.remove' : 'moderate.hide')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
