import type { Channel } from '@answerback/core/api'
import { useState } from 'react'
import { newKey } from '../../api/call.ts'
import type { Written } from '../../drafts/drafts.ts'
import { draftOf, setDraft } from '../../drafts/use-draft.ts'
import { useMe } from '../../ui/me.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { useWords } from '../../words/words.tsx'

type Asked = { conversationId: string; channel: Channel | undefined; platform: string; written: Written; confides: boolean }

/**
 * Files of an answer. `add` takes them or says why not; `shown` once there was one. `obstacle`: why what is written cannot be sent just now because of its files;
 * null when nothing is in the way. `limit`: what the words may have beside these files.
 */
export function useAttaching({ conversationId, channel, platform, written, confides }: Asked) {
  const t = useWords()
  const me = useMe()
  const [began, setBegan] = useState(false)
  const { files } = written
  const media = channel?.replyLimit.media

  const unreachable = media?.byAddress === true && !me.reachable
  const refusalOf = (): string | null => {
    if (media === undefined) return t('composer.noFiles', { platform })
    if (confides) return t('composer.filesPrivate')
    if (unreachable) return t('composer.filesUnreachable', { platform })
    return files.length < media.max ? null : t('composer.filesFull', { platform, max: media.max })
  }
  const add = (chosen: readonly File[]) => {
    if (chosen.length === 0) return
    if (media === undefined || confides || unreachable) return void showToast({ text: refusalOf() ?? '', alert: true })
    setBegan(true)
    const added = chosen.map((file) => ({ key: newKey(), file }))
    // In the draft before anything is loaded or read, so that nothing is sent without them.
    const held = added.map(({ key, file: { type, name, size } }) => ({ key, uploadId: null, type, name, bytes: size, alt: '' }))
    setDraft(me.user.id, conversationId, { files: [...draftOf(me.user.id, conversationId).files, ...held] })
    loadUploads().then(
      ({ addFiles }) => addFiles({ userId: me.user.id, conversationId, limit: media }, added),
      () => showToast({ text: t('composer.filesNotLoaded'), alert: true }),
    )
  }
  return {
    add,
    media,
    shown: media !== undefined && (began || files.length > 0),
    /** Why nothing can be added; null when something can. */
    refusal: refusalOf(),
    obstacle: obstacleOf(written, media, confides),
    limit: channel && limitBeside(channel.replyLimit, files.length),
    /** Files may go without any words. */
    wordless: files.length > 0 && media?.wordless === true,
  }
}

/** The part that reads, draws and sends files. Loaded with the first of them, or just before. */
export function loadUploads() {
  return import('../../files/uploads.ts')
}

/** What the words may have beside so many files. */
export function limitBeside(limit: Channel['replyLimit'], files: number): Channel['replyLimit'] {
  return files > 0 && limit.media?.textMax !== undefined ? { ...limit, max: Math.min(limit.max, limit.media.textMax) } : limit
}

function obstacleOf(
  { files }: Written,
  media: Channel['replyLimit']['media'],
  confides: boolean,
): 'private' | 'notThere' | 'described' | null {
  if (files.length === 0) return null
  if (confides) return 'private'
  if (files.some(({ uploadId }) => uploadId === null)) return 'notThere'
  const { altMax } = media ?? {}
  return altMax !== undefined && files.some(({ alt }) => alt.length > altMax) ? 'described' : null
}
