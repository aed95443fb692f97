import type { Channel } from '@answerback/core/api'
import type { PlatformGuide } from '@answerback/core/connect-api'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { change } from '../../../api/call.ts'
import { authorizationQuery, platformAppsQuery } from '../../../api/channel-queries.ts'
import { filled, type Check } from '../../../ui/checks.ts'
import { CopyField } from '../../../ui/copy-field.tsx'
import { SelectField, TextField } from '../../../ui/fields.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useWords } from '../../../words/words.tsx'
import { daysBack } from './days-back.ts'
import { newestOfEach } from './newest-of-each.ts'
import { AddApp } from './webhook-apps.tsx'

type OAuth = NonNullable<PlatformGuide['oauth']>
type Props = { guide: PlatformGuide; oauth: OAuth; channel?: Channel | undefined; failed?: string | undefined }

/** The first way: to the platform, agree there, and back. Where an app has to be registered first, that comes before. */
export function Agree({ guide, oauth, channel, failed }: Props) {
  const query = useQuery({ ...platformAppsQuery, enabled: oauth.app === 'by_hand' })
  const apps = (query.data ?? []).filter((app) => app.platform === guide.id && !app.secretLost)
  const needsApp = oauth.app === 'by_hand' && apps.length === 0
  if (oauth.app === 'by_hand' && query.data === undefined) return <div aria-busy="true" />
  return (
    <>
      {failed !== undefined && <Failed id={failed} />}
      {needsApp ? (
        <Register guide={guide} oauth={oauth} />
      ) : (
        <Leave guide={guide} oauth={oauth} channel={channel} apps={newestOfEach(apps)} />
      )}
    </>
  )
}

function Failed({ id }: { id: string }) {
  const t = useWords()
  const { data, isError } = useQuery(authorizationQuery(id))
  if (data === undefined && !isError) return null
  return (
    <p className="warn" role="alert">
      <b className="med">{t('connecting.failedTitle')}</b> {data?.problem ?? t('connecting.failedGone')}
    </p>
  )
}

function Register({ guide, oauth }: { guide: PlatformGuide; oauth: OAuth }) {
  const t = useWords()
  return (
    <div className="guide">
      <h3>{t('connecting.registerFirst')}</h3>
      <p className="ink2">{t('connecting.registerLead', { platform: guide.name })}</p>
      <ol>
        {oauth.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {guide.redirectUrl !== null && <CopyField label={t('connecting.redirect')} value={guide.redirectUrl} />}
      <AddApp guide={guide} />
    </div>
  )
}

type LeaveProps = { guide: PlatformGuide; oauth: OAuth; channel: Channel | undefined; apps: { id: string; appId: string }[] }

function Leave({ guide, oauth, channel, apps }: LeaveProps) {
  const t = useWords()
  const [left, setLeft] = useState(false)
  // Whoever comes back by the browser's own button finds the page as they left it.
  useEffect(() => {
    const back = (event: PageTransitionEvent): void => void (event.persisted && setLeft(false))
    window.addEventListener('pageshow', back)
    return () => window.removeEventListener('pageshow', back)
  }, [])
  // Of a channel that is here the server knows where it lives; what may be left empty can be given later.
  const asked = guide.fields.filter((field) => oauth.asks.includes(field.name) && (channel === undefined || field.optional))
  const chooses = channel === undefined && apps.length > 1
  const form = useForm<Record<string, string>>({
    initial: { ...Object.fromEntries(asked.map((field) => [nameOf(field.name), ''])), appId: apps.at(-1)?.id ?? '', backDays: '30' },
    checks: {
      ...Object.fromEntries(asked.filter((field) => !field.optional).map((field): [string, Check] => [nameOf(field.name), filled])),
      ...(channel === undefined && { backDays: daysBack }),
    },
    send: async (values) => {
      const settings = Object.fromEntries(asked.map((field) => [field.name, values[nameOf(field.name)]?.trim() ?? '']))
      const body = {
        platform: guide.id,
        settings,
        ...(chooses && { appId: values.appId }),
        ...(channel === undefined ? { backDays: Number(values.backDays) } : { channelId: channel.id }),
      }
      const { url } = await change<{ url: string }>({ method: 'POST', path: '/authorizations', body })
      setLeft(true)
      window.location.assign(url)
    },
  })
  const busy = form.busy || left
  return (
    <form className="form narrow" noValidate autoComplete="off" onSubmit={form.submit}>
      <p>{t(channel === undefined ? 'connecting.agreeLead' : 'connecting.agreeAgainLead', { platform: guide.name })}</p>
      {asked.map((field) => (
        <TextField
          key={field.name}
          label={field.optional ? t('connecting.optional', { label: field.label }) : field.label}
          hint={field.help}
          placeholder={field.placeholder}
          dir="ltr"
          inputMode="url"
          autoCapitalize="none"
          spellCheck={false}
          {...form.field(nameOf(field.name))}
        />
      ))}
      {chooses && (
        <SelectField label={t('connecting.whichApp')} {...form.field('appId')}>
          {apps.map(({ id, appId }) => (
            <option key={id} value={id}>
              {t('connecting.appLine', { appId })}
            </option>
          ))}
        </SelectField>
      )}
      {channel === undefined && (
        <TextField label={t('connecting.backDays')} hint={t('connecting.backDaysHint')} inputMode="numeric" {...form.field('backDays')} />
      )}
      {form.whole !== null && (
        <p className="err" role="alert">
          {form.whole}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn fill" aria-disabled={busy}>
          {t(busy ? 'connecting.agreeBusy' : 'connecting.agree', { platform: guide.name })}
        </button>
      </div>
    </form>
  )
}

/** As the server names the field when it refuses it. */
function nameOf(field: string): string {
  return `settings.${field}`
}
