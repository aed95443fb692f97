import type { PlatformGuide } from '@answerback/core/connect-api'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { change } from '../../../api/call.ts'
import { authorizationQuery } from '../../../api/channel-queries.ts'
import { cache, channelsQuery, meQuery } from '../../../api/queries.ts'
import { problemWords } from '../../../ui/problem-words.ts'
import { showToast } from '../../../ui/toasts.tsx'
import { useWords } from '../../../words/words.tsx'
import { Loaded } from '../loaded.tsx'

type Props = { id: string; platforms: PlatformGuide[]; onClose: () => void }
type Account = { externalId: string; name: string; connected: boolean; trouble: string | null }

/** Somebody agreed for several accounts: which of them become channels. */
export function ChooseAccounts({ id, platforms, onClose }: Props) {
  const t = useWords()
  const query = useQuery(authorizationQuery(id))
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="connect-box" aria-labelledby="choose-accounts">
      <h2 id="choose-accounts" ref={heading} tabIndex={-1}>
        {t('connecting.chooseAccounts')}
      </h2>
      {query.isError ? (
        <Gone onClose={onClose} />
      ) : (
        <Loaded query={query}>
          {({ platform, accounts }) =>
            accounts.length === 0 ? (
              <Gone onClose={onClose} />
            ) : (
              <Choice
                id={id}
                accounts={accounts}
                platform={platforms.find((each) => each.id === platform)?.name ?? platform}
                onClose={onClose}
              />
            )
          }
        </Loaded>
      )}
    </section>
  )
}

function Gone({ onClose }: { onClose: () => void }) {
  const t = useWords()
  return (
    <>
      <p>{t('connecting.chooseGone')}</p>
      <div className="acts">
        <button type="button" className="btn" onClick={onClose}>
          {t('app.close')}
        </button>
      </div>
    </>
  )
}

function Choice({ id, platform, accounts, onClose }: { id: string; platform: string; accounts: Account[]; onClose: () => void }) {
  const t = useWords()
  const possible = accounts.filter((each) => each.trouble === null)
  const [chosen, setChosen] = useState(() => new Set(possible.filter((each) => !each.connected).map((each) => each.externalId)))
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)

  async function connect(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (busy || chosen.size === 0) return
    setBusy(true)
    setFailure(null)
    try {
      const { ids } = await change<{ ids: string[] }>({
        method: 'PUT',
        path: `/authorizations/${id}/accounts`,
        body: { externalIds: [...chosen] },
      })
      void cache.invalidateQueries({ queryKey: channelsQuery.queryKey })
      void cache.invalidateQueries({ queryKey: meQuery.queryKey })
      showToast({ text: t('connecting.connectedSome', { count: ids.length }) })
      onClose()
    } catch (error) {
      setFailure(problemWords(error, t))
    } finally {
      setBusy(false)
    }
  }
  const toggle = (externalId: string) =>
    setChosen((held) => {
      const next = new Set(held)
      if (!next.delete(externalId)) next.add(externalId)
      return next
    })
  return (
    <form className="form" onSubmit={(event) => void connect(event)}>
      <p className="ink2">{t('connecting.chooseAccountsLead', { platform })}</p>
      <ul className="account-choices">
        {accounts.map(({ externalId, name, connected, trouble }) => (
          <li key={externalId}>
            <label>
              <input type="checkbox" checked={chosen.has(externalId)} disabled={trouble !== null} onChange={() => toggle(externalId)} />
              <span>
                <bdi className="med">{name}</bdi>
                {(trouble !== null || connected) && <span className="meta">{trouble ?? t('connecting.alreadyHere')}</span>}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {failure !== null && (
        <p className="err" role="alert">
          {failure}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn fill" aria-disabled={busy || chosen.size === 0}>
          {busy ? t('form.busy') : t('connecting.connectChosen', { count: chosen.size })}
        </button>
        <button type="button" className="btn quiet" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </form>
  )
}
