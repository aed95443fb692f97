import type { PlatformAppView, PlatformGuide } from '@answerback/core/connect-api'
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
          {t(guide.webhookUrl === null ? 'connecting.apps' : 'connecting.webhooks')} · {guide.name}
        </h2>
      </div>
      <p className="lead-line">
        {t(guide.webhookUrl === null ? 'connecting.appsLead' : 'connecting.webhooksLead', { platform: guide.name })}
      </p>
      <Loaded query={query}>
        {(apps) => {
          const own = apps.filter((each) => each.platform === guide.id)
          return (
            <>
              {own.some((each) => own.some((other) => other.id !== each.id && other.appId === each.appId)) && (
                <p className="lead-line">{t('connecting.appSecrets', { platform: guide.name })}</p>
              )}
              {guide.redirectUrl !== null && own.length > 0 && <CopyField label={t('connecting.redirect')} value={guide.redirectUrl} />}
              {own.length > 0 && (
                <ul className="lines">
                  {own.map((app) => (
                    <AppLine key={app.id} app={app} secrets={own.filter((each) => each.appId === app.appId)} />
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

/** One secret of an app. `secrets`: all that are active, oldest first; while there are two, the older one is retired once the platform uses the newer. */
function AppLine({
  app: { id, appId, channels, createdAt, owner, secretLost },
  secrets,
}: {
  app: PlatformAppView
  secrets: PlatformAppView[]
}) {
  const t = useWords()
  const { workspace } = useMe()
  const [removing, setRemoving] = useState(false)
  const older = secrets.length > 1 && secrets.at(-1)?.id !== id
  return (
    <li className="line-item">
      <div className="grow">
        <p className="med">
          {t('connecting.appLine', { appId })}
          {secrets.length > 1 && <span className="chip">{t(older ? 'connecting.appSecretOlder' : 'connecting.appSecretNewer')}</span>}
        </p>
        <p className="meta">{t('connecting.appChannels', { count: channels, time: whenText(createdAt, now(), workspace.timeZone) })}</p>
        {secretLost && <p className="err">{t('connecting.appSecretLost')}</p>}
        {owner === 'installation' && <p className="meta">{t('connecting.appInstallation')}</p>}
      </div>
      {owner === 'workspace' && (
        <button type="button" className="btn quiet danger s" onClick={() => setRemoving(true)}>
          {t(older ? 'connecting.appRetire' : 'connecting.appRemove')}
        </button>
      )}
      {removing && (
        <ConfirmByName
          title={t(older ? 'connecting.appRetireTitle' : 'connecting.appRemoveTitle', { appId })}
          lead={t(older ? 'connecting.appRetireLead' : 'connecting.appRemoveLead')}
          name={appId}
          action={t(older ? 'connecting.appRetire' : 'connecting.appRemove')}
          onConfirm={async () => {
            await change({ method: 'DELETE', path: `/platform-apps/${id}` })
            showToast({ text: t(older ? 'connecting.appRetired' : 'connecting.appRemoved') })
            await cache.invalidateQueries({ queryKey: platformAppsQuery.queryKey })
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </li>
  )
}

/** Registers an app: its id and secret from there, and for webhooks the address and a token to enter there. */
export function AddApp({ guide, onClose }: { guide: PlatformGuide; onClose?: () => void }) {
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
      showToast({ text: t(guide.verifyToken ? 'connecting.appSavedVerify' : 'connecting.appSaved') })
      onClose?.()
    },
  })
  return (
    <form className="form made connect-box" noValidate autoComplete="off" onSubmit={form.submit}>
      {guide.webhookUrl?.startsWith('https://') === false && <p className="warn">{t('connecting.notPublic', { platform: guide.name })}</p>}
      <TextField label={t('connecting.appId')} hint={guide.app?.idHelp} dir="ltr" autoFocus {...form.field('settings.appId')} />
      <PasswordField
        label={t('connecting.appSecret')}
        hint={guide.app?.secretHelp}
        autoComplete="new-password"
        {...form.field('settings.appSecret')}
      />
      {guide.webhookUrl !== null && (
        <>
          <p>{guide.app?.webhook}</p>
          <CopyField label={t('connecting.callback')} value={guide.webhookUrl} />
          {guide.verifyToken && <CopyField label={t('connecting.verifyToken')} value={verifyToken} />}
        </>
      )}
      {form.whole !== null && (
        <p className="err" role="alert">
          {form.whole}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn fill" aria-disabled={form.busy}>
          {form.busy ? t('form.busy') : t(guide.verifyToken ? 'connecting.appSaveVerify' : 'connecting.appSave')}
        </button>
        {onClose !== undefined && (
          <button type="button" className="btn quiet" onClick={onClose}>
            {t('app.cancel')}
          </button>
        )}
      </div>
    </form>
  )
}
