import type { Conversation, Message } from '@answerback/core/api'
import { change, type Change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { platformOf, useMe } from '../../ui/me.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { useWords } from '../../words/words.tsx'
import { nameOf } from '../inbox/row-words.ts'
import type { Actions } from './use-actions.ts'

export type Moderation = { reason: 'spam' | 'other'; note?: string }

/** What a person can do to one message there: shown at once, taken back in plain words when the platform refuses. */
export function useMessageActions(conversation: Conversation, actions: Actions) {
  const t = useWords()
  const platform = platformOf(useMe(), conversation.platform).name

  async function run(message: Message, expected: Partial<Message>, request: Change): Promise<boolean> {
    show(conversation.id, message.id, expected)
    try {
      await change(request)
      return true
    } catch (error) {
      show(conversation.id, message.id, message)
      actions.tell(error)
      return false
    } finally {
      void cache.invalidateQueries({ queryKey: ['conversation', conversation.id] })
    }
  }

  async function hide(message: Message, why: Moderation): Promise<void> {
    const done = await run(message, { state: 'hidden' }, { method: 'PUT', path: `/messages/${message.id}/hiding`, body: why })
    if (done) showToast({ text: t('toast.hidden', { platform }), undo: () => void unhide(message) })
  }

  async function unhide(message: Message): Promise<void> {
    const done = await run(message, { state: 'visible' }, { method: 'DELETE', path: `/messages/${message.id}/hiding` })
    if (done) showToast({ text: t('toast.unhidden', { name: nameOf(message.contact, t) }) })
  }

  async function remove(message: Message, why: Moderation | null): Promise<void> {
    const request: Change = { method: 'PUT', path: `/messages/${message.id}/removal`, body: why }
    const done = await run(message, { state: 'removed', removedBy: 'us' }, request)
    if (done) showToast({ text: t('toast.removed', { platform }) })
  }

  async function edit(message: Message, text: string): Promise<boolean> {
    const done = await run(message, { text }, { method: 'PATCH', path: `/replies/${message.replyId}`, body: { text } })
    if (done) showToast({ text: t('toast.edited', { platform }) })
    return done
  }

  return { hide, unhide, remove, edit }
}

function show(conversationId: string, messageId: string, as: Partial<Message>): void {
  cache.setQueryData<Conversation>(
    ['conversation', conversationId],
    (held) => held && { ...held, messages: held.messages.map((each) => (each.id === messageId ? { ...each, ...as } : each)) },
  )
}
