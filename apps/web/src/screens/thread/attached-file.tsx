import clsx from 'clsx'
import { ChevronLeft, ChevronRight, X } from 'lucide-react'
import { type ReactNode, useEffect, useId } from 'react'
import type { DraftFile } from '../../drafts/drafts.ts'
import { setDraftFile } from '../../drafts/use-draft.ts'
import { failureWords, mayRetry, sizeWords } from '../../files/file-phrases.ts'
import { FileIcon } from '../../files/file-icon.tsx'
import { usePicture } from '../../files/pictures.ts'
import { type Place, retryFile, type Underway, useUnderway } from '../../files/uploads.ts'
import { isMac } from '../../keys/use-keyboard.ts'
import { useWords, type Words } from '../../words/words.tsx'

type Props = {
  file: DraftFile
  place: Place
  onRemove: () => void
  /** Null where it is the first, or the last. */
  onSooner: (() => void) | null
  onLater: (() => void) | null
  onSend: (stay: boolean) => void
  onLeave: () => void
}

/** One file of a draft with its likeness, its description, and how far it is. */
export function AttachedFile({ file, place, onRemove, onSooner, onLater, onSend, onLeave }: Props) {
  const t = useWords()
  const underway = useUnderway(file.key)
  const kept = usePicture(file.uploadId, file.type)
  const { userId, conversationId, limit } = place
  const gone = kept?.gone === true
  useEffect(() => {
    if (gone) setDraftFile(userId, conversationId, file.key, { uploadId: null })
  }, [gone, userId, conversationId, file.key])
  const state = file.uploadId !== null ? 'done' : gone || underway === null || underway.state === 'done' ? 'lost' : underway.state
  const picture = underway?.picture ?? kept?.url ?? null
  const { name } = file
  return (
    <li className="attached" data-state={state}>
      <span className="thumb">
        {picture === null ? <FileIcon type={file.type} /> : <img src={picture} alt="" />}
        {(state === 'preparing' || state === 'uploading') && (
          <progress aria-label={t('files.uploadOf', { name })} {...(state === 'uploading' && { value: underway?.share ?? 0 })} />
        )}
      </span>
      <div className="about">
        {limit.altMax !== undefined && state !== 'lost' && (
          <Description
            file={file}
            max={limit.altMax}
            onChange={(alt) => setDraftFile(userId, conversationId, file.key, { alt })}
            onSend={onSend}
            onLeave={onLeave}
          />
        )}
        <div className="foot">
          <p className={clsx('meta', (state === 'failed' || state === 'lost') && 'err')}>
            <bdi className="ell">{name}</bdi>
            <span>{stateWords(t, state, file, underway)}</span>
            {state === 'failed' && (underway?.problem == null || mayRetry(underway.problem)) && (
              <button type="button" className="link" onClick={() => void retryFile(place, file.key)}>
                {t('files.again')}
              </button>
            )}
          </p>
          {(onSooner ?? onLater) !== null && (
            <>
              <Act label={t('files.sooner', { name })} onPress={onSooner}>
                <ChevronLeft className="i sm flip" aria-hidden="true" />
              </Act>
              <Act label={t('files.later', { name })} onPress={onLater}>
                <ChevronRight className="i sm flip" aria-hidden="true" />
              </Act>
            </>
          )}
          <Act label={t('files.remove', { name })} onPress={onRemove} remove>
            <X className="i sm" aria-hidden="true" />
          </Act>
        </div>
      </div>
    </li>
  )
}

type DescriptionProps = Pick<Props, 'file' | 'onSend' | 'onLeave'> & { max: number; onChange: (alt: string) => void }

function Description({ file, max, onChange, onSend, onLeave }: DescriptionProps) {
  const t = useWords()
  const countId = useId()
  const over = file.alt.length - max
  return (
    <>
      <textarea
        className="alt"
        rows={2}
        dir="auto"
        value={file.alt}
        aria-label={t('files.describe', { name: file.name })}
        aria-describedby={countId}
        aria-invalid={over > 0}
        placeholder={t('files.describeHere')}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter' && (isMac ? event.metaKey : event.ctrlKey)) {
            event.preventDefault()
            onSend(event.shiftKey)
          } else if (event.key === 'Escape') {
            event.preventDefault()
            event.stopPropagation()
            onLeave()
          }
        }}
      />
      <span id={countId} className={clsx('meta alt-count', over > 0 && 'err')}>
        {over > 0
          ? t('files.describeOver', { over })
          : file.alt.length > max * 0.8 && t('files.describeCount', { length: file.alt.length, max })}
      </span>
    </>
  )
}

type ActProps = { label: string; onPress: (() => void) | null; remove?: boolean; children: ReactNode }

/** A button with an icon. It stays where it is when it can do nothing, so that the focus does. */
function Act({ label, onPress, remove = false, children }: ActProps) {
  return (
    <button
      type="button"
      className="ib s"
      aria-label={label}
      title={label}
      aria-disabled={onPress === null}
      data-remove={remove || undefined}
      onClick={() => onPress?.()}
    >
      {children}
    </button>
  )
}

function stateWords(t: Words, state: Underway['state'] | 'lost', file: DraftFile, underway: Underway | null): string {
  if (state === 'lost') return t('files.lost')
  if (state === 'failed') return underway?.problem ? failureWords(t, underway.problem) : t('files.failedOther')
  if (state === 'preparing') return t('files.preparing')
  if (state === 'uploading') return t('files.uploading', { share: underway?.share ?? 0 })
  const size = sizeWords(t, file.bytes)
  return underway?.shrunkFrom == null ? size : `${size}, ${t('files.shrunk', { from: sizeWords(t, underway.shrunkFrom) })}`
}
