import type { SessionView } from '@answerback/core/access-api'
import { useQuery } from '@tanstack/react-query'
import { sessionsQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { useMe } from '../../ui/me.tsx'
import { problemWords } from '../../ui/problem-words.ts'
import { showToast } from '../../ui/toasts.tsx'
import { useSpanSince } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'
import { useSignOut } from '../frame/use-sign-out.ts'
import { Loaded } from './loaded.tsx'
import { SettingsPage } from './settings-page.tsx'

/** Where one is signed in, and the way to end it there. */
export function SessionsSettings() {
  const t = useWords()
  const query = useQuery(sessionsQuery)
  const others = (query.data ?? []).filter((each) => !each.current)
  const end = useEnd()
  return (
    <SettingsPage
      title={t('settings.sessions')}
      lead={t('settings.sessionsLead')}
      action={
        others.length > 1 && (
          <button type="button" className="btn" onClick={() => void end(others, t('settings.othersEnded'))}>
            {t('settings.endOthers')}
          </button>
        )
      }
    >
      <Loaded query={query}>
        {(sessions) => (
          <>
            <ul className="lines">
              {sessions.map((each) => (
                <SessionLine
                  key={each.id}
                  session={each}
                  onEnd={() => void end([each], t('settings.sessionEnded', { device: each.device }))}
                />
              ))}
            </ul>
            {others.length === 0 && <p className="ink3">{t('settings.onlyThis')}</p>}
          </>
        )}
      </Loaded>
    </SettingsPage>
  )
}

function SessionLine({ session, onEnd }: { session: SessionView; onEnd: () => void }) {
  const t = useWords()
  const me = useMe()
  const used = useSpanSince(session.lastUsedAt)
  const signOut = useSignOut()
  return (
    <li className="line-item">
      <div className="grow">
        <p className="hs">
          <span className="med ell">{session.device}</span>
          {session.current && <span className="chip ok">{t('settings.thisBrowser')}</span>}
        </p>
        <p className="meta">
          {[
            session.ip ?? t('settings.sessionNoIp'),
            t('settings.sessionUsed', { span: used }),
            t('settings.sessionSince', { time: whenText(session.createdAt, now(), me.workspace.timeZone) }),
          ].join(' · ')}
        </p>
      </div>
      <button
        type="button"
        className="btn s"
        aria-label={t('settings.endSessionOf', { device: session.device })}
        onClick={session.current ? signOut : onEnd}
      >
        {t('settings.endSession')}
      </button>
    </li>
  )
}

function useEnd() {
  const t = useWords()
  return async (sessions: SessionView[], done: string): Promise<void> => {
    try {
      for (const { id } of sessions) await change({ method: 'DELETE', path: `/sessions/${id}` })
      showToast({ text: done })
    } catch (error) {
      showToast({ text: problemWords(error, t), alert: true })
    }
    await cache.invalidateQueries({ queryKey: sessionsQuery.queryKey })
  }
}
