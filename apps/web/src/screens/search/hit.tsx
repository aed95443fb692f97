import type { SearchHit } from '@answerback/core/search-api'
import { Link } from '@tanstack/react-router'
import { fullWhen, whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { useMe } from '../../ui/me.tsx'
import { WaitChip } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'
import { endedWords, nameOf, placeOf } from '../inbox/row-words.ts'
import { Marked } from './marked.tsx'

/** One conversation that was found: who said it where and when, the words in their surroundings, and how the conversation stands. Opens it at that message. */
export function Hit({ hit: { conversation, message }, q }: { hit: SearchHit; q: string }) {
  const t = useWords()
  const me = useMe()
  const { timeZone } = me.workspace
  const ours = message.direction === 'out'
  const name = ours ? me.workspace.name : nameOf(message.contact, t)
  const handle = ours || message.contact?.name === null ? null : message.contact?.handle
  const ended = conversation.waitingSince === null ? endedWords(conversation, me, t) : null
  return (
    <li>
      <Link className="hit" to="/c/$conversationId" params={{ conversationId: conversation.id }} search={{ message: message.id, q }}>
        <Avatar name={name} us={ours} />
        <span className="hs top">
          <b className="ell">
            <bdi>
              {ours || message.contact?.name == null ? (
                <NameAlone name={name} hit={message} />
              ) : (
                <Marked text={name} marks={message.nameMarks} />
              )}
            </bdi>
          </b>
          {handle != null && (
            <span className="meta ell">
              <bdi>
                <Marked text={handle} marks={message.handleMarks} />
              </bdi>
            </span>
          )}
          {ours && <span className="meta ell">{t('thread.to', { name: nameOf(conversation.contact, t) })}</span>}
          <time className="meta end" dateTime={message.platformAt} title={fullWhen(message.platformAt, timeZone)}>
            {whenText(message.platformAt, now(), timeZone)}
          </time>
        </span>
        <span className="said" dir="auto">
          {message.cut.before && '… '}
          <Marked text={message.text} marks={message.marks} />
          {message.cut.after && ' …'}
        </span>
        <span className="hs meta where">
          <Glyph platform={conversation.platform} />
          <span className="ell">{placeOf(conversation, me, t)}</span>
          {message.state === 'hidden' && <span>{t('search.hidden')}</span>}
          <span className="end">
            <WaitChip waits={conversation} say={(span, late) => (late ? t('list.lateFor', { span }) : t('thread.waiting', { span }))} />
            {ended}
          </span>
        </span>
      </Link>
    </li>
  )
}

/** Who has a handle only is called by it, and found by it. */
function NameAlone({ name, hit }: { name: string; hit: SearchHit['message'] }) {
  return <Marked text={name} marks={hit.contact?.handle === name ? hit.handleMarks : []} />
}
