import type { MediaLimit } from '@answerback/core/reply-limit'
import { Image, Paperclip } from 'lucide-react'
import { useRef } from 'react'
import { useCommandHandlers } from '../../keys/handlers.ts'
import { showToast } from '../../ui/toasts.tsx'
import { useWords } from '../../words/words.tsx'
import { loadUploads } from './use-attaching.ts'

type Props = {
  media: MediaLimit
  /** Why nothing can be added just now, in words; null when something can. */
  refusal: string | null
  onFiles: (files: readonly File[]) => void
}

/** Opens the chooser for files; on a phone that offers the camera and the pictures too. */
export function AttachButton({ media, refusal, onFiles }: Props) {
  const t = useWords()
  const chooser = useRef<HTMLInputElement>(null)
  const types = Object.keys(media.types)
  const seen = types.every((type) => /^(image|video)\//.test(type))
  const label = t(seen ? 'composer.attachPicture' : 'composer.attachFile')
  const choose = () => {
    if (refusal !== null) return void showToast({ text: refusal, alert: true })
    chooser.current?.click()
    void loadUploads()
  }
  useCommandHandlers({ attach: choose })
  const Icon = seen ? Image : Paperclip
  return (
    <>
      <input
        ref={chooser}
        type="file"
        hidden
        multiple={media.max > 1}
        accept={types.join(',')}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])])
          // The same file again, once it was removed, is a change too.
          event.currentTarget.value = ''
        }}
      />
      <button
        type="button"
        className="ib s attach"
        aria-label={label}
        title={refusal ?? label}
        aria-keyshortcuts="p"
        aria-disabled={refusal !== null}
        onClick={choose}
      >
        <Icon className="i" aria-hidden="true" />
      </button>
    </>
  )
}
