import type { ApiKeyMade, ApiKeyView } from '@answerback/core/access-api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { apiKeysQuery } from '../../api/access-queries.ts'
import { change } from '../../api/call.ts'
import { cache } from '../../api/queries.ts'
import { whenText } from '../../clock/instants.ts'
import { now } from '../../clock/ticker.ts'
import { useMay, useMe } from '../../ui/me.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { useSpanSince } from '../../ui/wait.tsx'
import { useWords } from '../../words/words.tsx'
import { ApiKeyForm } from './api-key-form.tsx'
import { ConfirmByName } from './confirm-by-name.tsx'
import { Loaded } from './loaded.tsx'
import { SettingsPage } from './settings-page.tsx'
import { CopyField } from '../../ui/copy-field.tsx'

/** Keys for programs. A new one is shown once. */
export function ApiKeysSettings() {
  const t = useWords()
  const sees = useMay('api_keys.write')
  const query = useQuery({ ...apiKeysQuery, enabled: sees })
  const [made, setMade] = useState<(ApiKeyMade & { name: string }) | null>(null)
  if (!sees) return <SettingsPage title={t('settings.apiKeys')} lead={t('settings.forbidden')} />
  return (
    <SettingsPage title={t('settings.apiKeys')} lead={t('settings.apiKeysLead')}>
      {made === null ? (
        <ApiKeyForm onMade={setMade} />
      ) : (
        <div className="form narrow made">
          <p role="status">{t('settings.apiKeyMade')}</p>
          <CopyField label={t('settings.apiKeyLabel', { name: made.name })} value={made.key} />
          <div className="acts">
            <button type="button" className="btn" onClick={() => setMade(null)}>
              {t('settings.apiKeyDone')}
            </button>
          </div>
        </div>
      )}
      <section className="sec">
        <Loaded query={query}>
          {(keys) =>
            keys.length === 0 ? (
              <p className="ink3">{t('settings.apiKeysNone')}</p>
            ) : (
              <ul className="lines">
                {keys.map((each) => (
                  <ApiKeyLine key={each.id} apiKey={each} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </section>
    </SettingsPage>
  )
}

function ApiKeyLine({ apiKey: { id, name, role, scopes, expiresAt, lastUsedAt } }: { apiKey: ApiKeyView }) {
  const t = useWords()
  const me = useMe()
  const used = useSpanSince(lastUsedAt)
  const [revoking, setRevoking] = useState(false)
  async function revoke(): Promise<void> {
    await change({ method: 'DELETE', path: `/api-keys/${id}` })
    showToast({ text: t('settings.apiKeyRevoked', { name }) })
    await cache.invalidateQueries({ queryKey: apiKeysQuery.queryKey })
  }
  return (
    <li className="line-item">
      <div className="grow">
        <bdi className="med ell">{name}</bdi>
        <p className="meta">
          {[
            t(`role.${role}`),
            ...(scopes === null
              ? []
              : [t('settings.apiKeyMayOnly', { what: scopes.map((each) => t(`settings.scope.${each}`)).join(', ') })]),
            endWords(expiresAt),
            lastUsedAt === null ? t('settings.apiKeyUnused') : t('settings.apiKeyUsed', { span: used }),
          ].join(' · ')}
        </p>
      </div>
      <button type="button" className="btn s" aria-label={t('settings.apiKeyRevokeOf', { name })} onClick={() => setRevoking(true)}>
        {t('settings.apiKeyRevoke')}
      </button>
      {revoking && (
        <ConfirmByName
          title={t('settings.apiKeyRevokeTitle', { name })}
          lead={t('settings.apiKeyRevokeLead')}
          name={name}
          action={t('settings.apiKeyRevokeDo')}
          onConfirm={revoke}
          onClose={() => setRevoking(false)}
        />
      )}
    </li>
  )

  function endWords(at: string | null): string {
    if (at === null) return t('settings.apiKeyNeverEnds')
    const time = whenText(at, now(), me.workspace.timeZone)
    return Date.parse(at) > now() ? t('settings.apiKeyEnds', { time }) : t('settings.apiKeyEnded', { time })
  }
}
