import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { doorQuery, setupQuery } from '../../api/access-queries.ts'
import { meQuery } from '../../api/queries.ts'
import { MoreWords } from '../../words/more-words.tsx'
import { useWords } from '../../words/words.tsx'
import { BadLink } from '../doors/bad-link.tsx'
import { Door, DoorFailed } from '../doors/door.tsx'
import { SignedIn } from '../frame/signed-in.tsx'
import { FirstSteps } from './first-steps.tsx'
import { LaterSteps } from './later-steps.tsx'

/** The first run. With a token: owner and brand. Without one, signed in: the channel, the first comment, the others. */
export function SetupScreen() {
  const { token } = useSearch({ from: '/doors/setup' })
  return token === undefined ? <GoOn /> : <Begin token={token} />
}

function Begin({ token }: { token: string }) {
  const t = useWords()
  const { data: state, isError, refetch } = useQuery(setupQuery(token))
  if (isError) return <DoorFailed title={t('setup.title')} onAgain={() => void refetch()} />
  if (state === undefined) return null
  if (!state.good) return <BadLink title={t('setup.title')} bad={state} />
  return <FirstSteps token={token} onBadLink={() => void refetch()} />
}

function GoOn() {
  const t = useWords()
  const { data: me, isError, error, refetch } = useQuery(meQuery)
  if (isError)
    return error instanceof Error && 'status' in error && error.status === 401 ? (
      <NotSignedIn />
    ) : (
      <DoorFailed title={t('setup.title')} onAgain={() => void refetch()} />
    )
  if (me === undefined) return null
  return (
    <MoreWords timeZone={me.workspace.timeZone}>
      <SignedIn key={me.user.id} me={me}>
        <LaterSteps />
      </SignedIn>
    </MoreWords>
  )
}

function NotSignedIn() {
  const t = useWords()
  const { data: door } = useQuery({ ...doorQuery, retry: false })
  const needed = door?.setupNeeded === true
  return (
    <Door title={t('setup.title')} heading={needed ? t('setup.needLink') : t('setup.doneAlready')}>
      <p>{needed ? t('setup.needLinkLead') : t('setup.doneAlreadyLead')}</p>
      {!needed && (
        <p>
          <Link className="btn big" to="/sign-in" search={{ to: undefined }}>
            {t('doors.signIn')}
          </Link>
        </p>
      )}
    </Door>
  )
}
