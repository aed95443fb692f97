import type { Channel, Conversation, Message } from '@answerback/core/api'
import { Ellipsis, Eye, EyeOff, Pencil, Trash2 } from 'lucide-react'
import { platformOf, useMay, useMe } from '../../ui/me.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.tsx'

/** What is asked of one message before it is done. */
export type Asked = { what: 'hiding' | 'removal' | 'edit'; messageId: string }
type Props = {
  conversation: Conversation
  message: Message
  name: string
  can: Channel['can']
  onAsk: (asked: Asked) => void
  onUnhide: () => void
}

/** What can be done to one message on its platform. Nothing is shown where nothing can. */
export function MessageMenu({ conversation, message, name, can, onAsk, onUnhide }: Props) {
  const t = useWords()
  const platform = platformOf(useMe(), conversation.platform).name
  const [moderates, answers] = [useMay('message.moderate'), useMay('reply.send')]
  const { hides, unhides, removes, edits } = abilitiesOn(message, can, { moderates, answers })
  if (!hides && !unhides && !removes && !edits) return null
  return (
    <Menu
      label={t('thread.actions', { name })}
      className="ib s message-more"
      align="end"
      button={<Ellipsis className="i" aria-hidden="true" />}
    >
      {edits && (
        <MenuItem icon={<Pencil className="i" aria-hidden="true" />} onChoose={() => onAsk({ what: 'edit', messageId: message.id })}>
          {t('thread.changeWords')}
        </MenuItem>
      )}
      {hides && (
        <MenuItem icon={<EyeOff className="i" aria-hidden="true" />} onChoose={() => onAsk({ what: 'hiding', messageId: message.id })}>
          {t('thread.hide', { platform })}
        </MenuItem>
      )}
      {unhides && (
        <MenuItem icon={<Eye className="i" aria-hidden="true" />} onChoose={onUnhide}>
          {t('thread.unhide', { platform })}
        </MenuItem>
      )}
      {removes && (
        <MenuItem icon={<Trash2 className="i" aria-hidden="true" />} onChoose={() => onAsk({ what: 'removal', messageId: message.id })}>
          {t('thread.remove', { platform })}
        </MenuItem>
      )}
    </Menu>
  )
}

function abilitiesOn(
  { direction, state, replyId }: Message,
  can: Channel['can'],
  { moderates, answers }: { moderates: boolean; answers: boolean },
) {
  const theirs = direction === 'in'
  return {
    hides: moderates && theirs && can.hide && state === 'visible',
    unhides: moderates && theirs && can.hide && state === 'hidden',
    removes: moderates && state !== 'removed' && (can.remove === 'any' || (can.remove === 'own' && !theirs)),
    edits: answers && !theirs && replyId !== null && can.editReply && state !== 'removed',
  }
}
