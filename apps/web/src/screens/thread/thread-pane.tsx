import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { ApiProblem } from '../../api/call.ts'
import { channelsQuery, conversationQuery } from '../../api/queries.ts'
import { channelOf, useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { useListHandle } from '../inbox/list-context.ts'
import { nameOf } from '../inbox/row-words.ts'
import { Thread } from './thread.tsx'
import '../../style/thread.css'

/** The open conversation, by the address. */
export function ThreadPane() {
  const t = useWords()
  const me = useMe()
  const list = useListHandle()
  const { conversationId } = useParams({ from: '/inside/inbox-layout/c/$conversationId' })
  const { data: conversation, error, isPending, refetch } = useQuery(conversationQuery(conversationId))
  const { data: channels } = useSuspenseQuery(channelsQuery)
  useEffect(() => {
    if (conversation !== undefined) document.title = t('title.thread', { person: nameOf(conversation.contact, t), name: me.workspace.name })
  }, [conversation, t, me.workspace.name])
  if (conversation !== undefined) {
    return <Thread key={conversationId} conversation={conversation} channel={channelOf(channels, conversation.channelId)} />
  }
  const missing = error instanceof ApiProblem && (error.status === 404 || error.status === 403)
  return (
    <section className="thread" id="thread" tabIndex={-1} aria-busy={isPending}>
      {isPending ? (
        <div className="thread-skeleton" aria-hidden="true">
          <span />
          <span />
          <span />
        </div>
      ) : (
        <div className="note-pane">
          <p>{missing ? t('thread.notFound') : t('thread.failed')}</p>
          <button type="button" className="btn s" onClick={() => (missing ? list.close() : void refetch())}>
            {missing ? t('thread.back') : t('app.tryAgain')}
          </button>
        </div>
      )}
    </section>
  )
}
