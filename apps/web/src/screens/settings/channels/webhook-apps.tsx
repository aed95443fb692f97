import type { PlatformAppView, PlatformGuide } from '@answerback/core/api'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { change, newKey } from '../../../api/call.ts'
import { platformAppsQuery } from '../../../api/channel-queries.ts'
import { cache } from '../../../api/queries.ts'
import { whenText } from '../../../clock/instants.ts'
import { now } from '../../../clock/ticker.ts'
import { filled } from '../../../ui/checks.ts'
import { CopyField } from '../../../ui/copy-field.tsx'
import { PasswordField, TextField } from '../../../ui/fields.tsx'
import { useMe } from '../../../ui/me.tsx'
import { showToast } from '../../../ui/toasts.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useWords } from '../../../words/words.tsx'
import { ConfirmByName } from '../confirm-by-name.tsx'
import { Loaded } from '../loaded.tsx'

/** The apps whose webhooks come here, and registering one: what to enter there, and what to bring from there. */
export function WebhookApps({ guide }: { guide: PlatformGuide }) {
  const t = useWords()
  const query = useQuery(platformAppsQuery)
  const [adding, setAdding] = useState(false)
  return (
    <section className="sec">
      <div className="sechead">
        <h2>
          {t('connecting.webhooks')} · {guide.name}
        </h2>
      </div>
      <p className="lead-line">{t('connecting.webhooksLead', { platform: guide.name })}</p>
      <Loaded query={query}>
        {(apps) => {
          const own = apps.filter((each) => each.platform === guide.id)
          return (
            <>
              {own.length > 0 && (
                <ul className="lines">
                  {own.map((app) => (
                    <AppLine key={app.id} app={app} />
                  ))}
                </ul>
              )}
              {adding ? (
                <AddApp guide={guide} onClose={() => setAdding(false)} />
              ) : (
                <button type="button" className="btn add" onClick={() => setAdding(true)}>
                  {t('connecting.appAdd')}
                </button>
              )}
            </>
          )
        }}
      </Loaded>
    </section>
  )
}

function AppLine({ app: { id, appId, channels, createdAt } }: { app: PlatformAppView }) {
  const t = useWords()
  const { workspace } = useMe()
  const [removing, setRemoving] = useState(false)
  return (
    <li className="line-item">
      <div className="grow">
        <p className="med">{t('connecting.appLine', { appId })}</p>
        <p className="meta">{t('connecting.appChannels', { count: channels, time: whenText(createdAt, now(), workspace.timeZone) })}</p>
      </div>
      <button type="button" className="btn quiet danger s" onClick={() => setRemoving(true)}>
        {t('connecting.appRemove')}
      </button>
      {removing && (
        <ConfirmByName
          title={t('connecting.appRemoveTitle', { appId })}
          lead={t('connecting.appRemoveLead')}
          name={appId}
          action={t('connecting.appRemove')}
          onConfirm={async () => {
            await change({ method: 'DELETE', path: `/platform-apps/${id}` })
            showToast({ text: t('connecting.appRemoved') })
            await cache.invalidateQueries({ queryKey: platformAppsQuery.queryKey })
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  )
}

function AddApp({ guide, onClose }: { guide: PlatformGuide; onClose: () => void }) {
  const t = useWords()
  // Nobody has to think one up; it only has to be the same on both sides.
  const [verifyToken] = useState(newKey)
  const form = useForm<Record<string, string>>({
    initial: { 'settings.appId': '', 'settings.appSecret': '' },
    checks: { 'settings.appId': filled, 'settings.appSecret': filled },
    send: async (values) => {
      const settings = { appId: values['settings.appId']?.trim(), appSecret: values['settings.appSecret']?.trim(), verifyToken }
      await change({ method: 'POST', path: '/platform-apps', body: { platform: guide.id, settings } })
      await cache.invalidateQueries({ queryKey: platformAppsQuery.queryKey })
      showToast({ text: t('connecting.appSaved') })
      onClose()
    },
  })
  return (
    <form className="form made connect-box" noValidate autoComplete="off" onSubmit={form.submit}>
      {guide.webhookUrl?.startsWith('https://') === false && <p className="warn">{t('connecting.notPublic', { platform: guide.name })}</p>}
      <TextField
        label={t('connecting.appId')}
        hint={t('connecting.appIdHint')}
        dir="ltr"
        inputMode="numeric"
        autoFocus
        {...form.field('settings.appId')}
      />
      <PasswordField
        label={t('connecting.appSecret')}
        hint={t('connecting.appSecretHint')}
        autoComplete="new-password"
        {...form.field('settings.appSecret')}
      />
      <p>{t('connecting.webhooksSteps')}</p>
      <CopyField label={t('connecting.callback')} value={guide.webhookUrl ?? ''} />
      <CopyField label={t('connecting.verifyToken')} value={verifyToken} />
      {form.whole !== null && (
        <p className="err" role="alert">
          {form.whole}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn fill" aria-disabled={form.busy}>
          {form.busy ? t('form.busy') : t('connecting.appSave')}
        </button>
        <button type="button" className="btn quiet" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </form>
  )
}
