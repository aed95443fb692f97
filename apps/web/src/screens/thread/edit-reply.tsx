import type { Channel, Message } from '@answerback/core/api'
import { countMissing, countReply } from '@answerback/core/reply-limit'
import { useState } from 'react'
import { useWords } from '../../words/words.tsx'

type Props = {
  message: Message
  limit: Channel['replyLimit']
  platform: string
  onSave: (text: string) => Promise<boolean>
  onClose: () => void
}

/** Other words for an answer that stands there, counted as the platform counts. */
export function EditReply({ message, limit, platform, onSave, onClose }: Props) {
  const t = useWords()
  const [text, setText] = useState(message.text)
  const [busy, setBusy] = useState(false)
  const { length, left } = countReply(text, limit)
  const missing = countMissing(text, limit)
  const refused = busy || left < 0 || missing > 0 || text.trim() === '' || text.trim() === message.text
  const save = async () => {
    if (refused) return
    setBusy(true)
    if (await onSave(text.trim())) onClose()
    else setBusy(false)
  }
  return (
    <form
      className="edit-reply"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <textarea
        className="ed"
        rows={3}
        autoFocus
        dir="auto"
        aria-label={t('moderate.editLabel')}
        aria-invalid={left < 0}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Escape') {
            event.stopPropagation()
            onClose()
          } else if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void save()
        }}
      />
      <p className="buttons">
        <span className={left < 0 ? 'meta err' : 'meta'}>
          {left < 0
            ? t('composer.over', { over: -left, platform })
            : missing > 0
              ? t('composer.short', { missing, platform })
              : t('composer.count', { length, max: limit.max })}
        </span>
        <button type="submit" className="btn s" disabled={refused}>
          {busy ? t('moderate.saving') : t('moderate.save')}
        </button>
        <button type="button" className="btn quiet s" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </p>
    </form>
  )
}
