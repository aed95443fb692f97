import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWords } from '../../words/words.tsx'
import { Door } from './door.tsx'

type Bad = { why: 'expired' | 'used' | 'revoked' | 'unknown'; reason: string }

/** A link that does not open: why and what to do about it, in the server's words. `children`: another way out than signing in. */
export function BadLink({ title, bad, children }: { title: string; bad: Bad; children?: ReactNode }) {
  const t = useWords()
  return (
    <Door title={title} heading={t(`doors.linkProblem.${bad.why}`)}>
      <p>{bad.reason}</p>
      <p className="door-acts">
        {children}
        <Link className="btn big" to="/sign-in">
          {t('doors.signIn')}
        </Link>
      </p>
    </Door>
  )
}

/** An address without its token, as a mail program leaves it when it breaks a line. */
export function NoToken({ title }: { title: string }) {
  const t = useWords()
  return (
    <Door title={title} heading={t('doors.noToken')}>
      <p>{t('doors.noTokenLead')}</p>
      <p>
        <Link className="btn big" to="/sign-in">
          {t('doors.signIn')}
        </Link>
      </p>
    </Door>
  )
}
