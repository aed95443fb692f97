import { whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { staffName, useMe } from '../../ui/me.tsx'
import { UserText } from '../../ui/user-text.tsx'
import { useWords } from '../../words/words.tsx'
import type { Conflict } from './use-send.ts'

type Props = { conflict: Conflict; onKeep: () => void; onSendAnyway: () => void; onDiscard: () => void }

/** Somebody answered first: what they wrote, and three ways on. Nothing has been sent. */
export function ConflictDialog({ conflict, onKeep, onSendAnyway, onDiscard }: Props) {
  const t = useWords()
  const me = useMe()
  const title = t('conflict.title', { name: staffName(me, conflict.byId) ?? t('conflict.unknown') })
  return (
    <Dialog label={title} onClose={onKeep}>
      <div className="inner">
        <h1>{title}</h1>
        {conflict.at !== null && (
          <p className="small ink3">{t('conflict.lead', { when: whenText(conflict.at, now(), me.workspace.timeZone) })}</p>
        )}
        <blockquote className="theirs">
          <UserText text={conflict.text} />
        </blockquote>
        <div className="foot">
          <button type="button" className="btn quiet danger" onClick={onDiscard}>
            {t('conflict.discard')}
          </button>
          <button type="button" className="btn quiet" onClick={onSendAnyway}>
            {t('conflict.sendAnyway')}
          </button>
          <button type="button" className="btn" data-first onClick={onKeep}>
            {t('conflict.keep')}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
