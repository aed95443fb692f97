import { Link, useMatchRoute } from '@tanstack/react-router'
import { KeyRound, WifiOff } from 'lucide-react'
import { useState } from 'react'
import { useConnection } from '../../live/connection.ts'
import { useMe } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'

/** Says when the page is not live, and what still works; and to who came in by a link, how to come back. Nothing while all is well. */
export function Bars() {
  const t = useWords()
  const connection = useConnection()
  return (
    <div role="status">
      {connection !== 'live' && (
        <p className="alertline wide">
          <WifiOff className="i" aria-hidden="true" />
          <span>{t(`bars.${connection}`)}</span>
        </p>
      )}
      <ChoosePassword />
    </div>
  )
}

const laterKey = 'answerback.password-later'

/** Put off, it comes again with the next visit. */
function ChoosePassword() {
  const t = useWords()
  const me = useMe()
  const match = useMatchRoute()
  const [later, setLater] = useState(() => sessionStorage.getItem(laterKey) === me.user.id)
  if (!me.choosePassword || later || match({ to: '/settings/profile' }) !== false) return null
  return (
    <p className="alertline wide quiet">
      <KeyRound className="i" aria-hidden="true" />
      <span>{t('bars.choosePassword')}</span>
      <Link className="link" to="/settings/profile" hash="password">
        {t('bars.choose')}
      </Link>
      <button
        type="button"
        className="link"
        onClick={() => {
          sessionStorage.setItem(laterKey, me.user.id)
          setLater(true)
        }}
      >
        {t('bars.later')}
      </button>
    </p>
  )
}
