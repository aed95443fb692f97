import type { MediaLimit } from '@answerback/core/reply-limit'
import { X } from 'lucide-react'
import { useRef } from 'react'
import { setDraft, useDraft } from '../../drafts/use-draft.ts'
import { unfitWords } from '../../files/file-phrases.ts'
import { forgetLeftOut, removeFile, useLeftOut } from '../../files/uploads.ts'
import { useMe } from '../../ui/me.tsx'
import { FileWords } from '../../words/file-words.tsx'
import { useWords } from '../../words/words.tsx'
import { AttachedFile } from './attached-file.tsx'
import '../../style/attachments.css'

type Props = {
  conversationId: string
  limit: MediaLimit
  platform: string
  onSend: (stay: boolean) => void
  /** Back to the words: when the last file is gone, and by Escape. */
  onLeave: () => void
}

/** The files of a draft: what they are, what they show, how far they are; and what was left out, with the reason. */
export function Attachments(props: Props) {
  const me = useMe()
  return (
    <FileWords timeZone={me.workspace.timeZone}>
      <Files {...props} />
    </FileWords>
  )
}

function Files({ conversationId, limit, platform, onSend, onLeave }: Props) {
  const t = useWords()
  const me = useMe()
  const list = useRef<HTMLUListElement>(null)
  const [{ files }] = useDraft(me.user.id, conversationId)
  const place = { userId: me.user.id, conversationId, limit }
  const underway = files.filter(({ uploadId }) => uploadId === null).length
  const bare = limit.altMax === undefined ? 0 : files.filter(({ alt }) => alt.trim() === '').length

  const move = (from: number, to: number) => {
    const moved = files.toSpliced(from, 1).toSpliced(to, 0, files[from]!)
    setDraft(me.user.id, conversationId, { files: moved })
  }
  const remove = (index: number) => {
    removeFile(place, files[index]!.key)
    if (files.length === 1) return onLeave()
    const next = list.current?.children[index === files.length - 1 ? index - 1 : index + 1]
    next?.querySelector<HTMLElement>('[data-remove]')?.focus()
  }
  return (
    <div className="attachments">
      {files.length > 0 && (
        <div className="scrolls">
          <ul ref={list} aria-label={t('files.list')}>
            {files.map((file, index) => (
              <AttachedFile
                key={file.key}
                file={file}
                place={place}
                onRemove={() => remove(index)}
                onSooner={index === 0 ? null : () => move(index, index - 1)}
                onLater={index === files.length - 1 ? null : () => move(index, index + 1)}
                onSend={onSend}
                onLeave={onLeave}
              />
            ))}
          </ul>
          {bare > 0 && <p className="meta">{t('files.noDescription', { count: bare })}</p>}
          {files.some(({ type }) => type === 'image/jpeg') && <p className="meta">{t('files.noLocation')}</p>}
        </div>
      )}
      <p className="sr" role="status">
        {files.length > 0 && t('files.underway', { count: underway })}
      </p>
      <LeftOut conversationId={conversationId} limit={limit} platform={platform} onLeave={onLeave} />
    </div>
  )
}

/** What did not fit when files were last added, by reason. */
function LeftOut({ conversationId, limit, platform, onLeave }: Omit<Props, 'onSend'>) {
  const t = useWords()
  const leftOut = useLeftOut(conversationId)
  return (
    <div className="left-out" data-any={leftOut.length > 0 || undefined}>
      <div role="alert">
        {leftOut.map(({ names, unfit }) => (
          <p key={unfit.why}>{unfitWords(t, names, unfit, limit, platform)}</p>
        ))}
      </div>
      {leftOut.length > 0 && (
        <button
          type="button"
          className="ib s"
          aria-label={t('files.hide')}
          title={t('files.hide')}
          onClick={() => {
            forgetLeftOut(conversationId)
            onLeave()
          }}
        >
          <X className="i sm" aria-hidden="true" />
        </button>
      )}
    </div>
  )
}
