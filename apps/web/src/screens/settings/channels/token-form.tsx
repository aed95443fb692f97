import type { Channel } from '@answerback/core/api'
import type { PlatformGuide } from '@answerback/core/connect-api'
import { change } from '../../../api/call.ts'
import { cache, channelsQuery, meQuery } from '../../../api/queries.ts'
import { filled, type Check } from '../../../ui/checks.ts'
import { PasswordField, TextField } from '../../../ui/fields.tsx'
import { showToast } from '../../../ui/toasts.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useWords } from '../../../words/words.tsx'
import { daysBack } from './days-back.ts'

type Props = {
  guide: PlatformGuide
  /** Connected before: the same account is connected again, and what is left empty stays. */
  channel?: Channel | undefined
  onClose: () => void
}

/** What was made at the platform by hand, pasted here. */
export function TokenForm({ guide, channel, onClose }: Props) {
  const t = useWords()
  const required = guide.fields.filter((field) => !field.optional && (channel === undefined || field.secret))
  const form = useForm<Record<string, string>>({
    initial: { ...Object.fromEntries(guide.fields.map((field) => [nameOf(field.name), ''])), backDays: '30' },
    checks: { ...Object.fromEntries(required.map((field): [string, Check] => [nameOf(field.name), filled])), backDays: daysBack },
    send: async (values) => {
      const { backDays, ...given } = values
      const settings = settingsOf(given)
      if (channel === undefined)
        await change({ method: 'POST', path: '/channels', body: { platform: guide.id, settings, backDays: Number(backDays) } })
      else await change({ method: 'PUT', path: `/channels/${channel.id}/credentials`, body: { settings } })
      void cache.invalidateQueries({ queryKey: channelsQuery.queryKey })
      void cache.invalidateQueries({ queryKey: meQuery.queryKey })
      const handle = channel?.handle ?? guide.name
      showToast({ text: t(channel === undefined ? 'connecting.connected' : 'connecting.connectedAgain', { handle }) })
      onClose()
    },
  })
  return (
    <form className="form narrow" noValidate autoComplete="off" onSubmit={form.submit}>
      {guide.fields.map((field) => {
        const Field = field.secret ? PasswordField : TextField
        const keeps = channel !== undefined && !field.secret
        return (
          <Field
            key={field.name}
            label={field.optional ? t('connecting.optional', { label: field.label }) : field.label}
            hint={field.help}
            placeholder={keeps ? t('connecting.asBefore') : field.placeholder}
            dir="ltr"
            autoComplete={field.secret ? 'new-password' : 'off'}
            autoCapitalize="none"
            spellCheck={false}
            {...form.field(nameOf(field.name))}
          />
        )
      })}
      {channel === undefined && (
        <TextField label={t('connecting.backDays')} hint={t('connecting.backDaysHint')} inputMode="numeric" {...form.field('backDays')} />
      )}
      {form.whole !== null && (
        <p className="err" role="alert">
          {form.whole}
        </p>
      )}
      {channel === undefined && guide.webhookUrl !== null && <p className="meta">{t('connecting.hooks')}</p>}
      <div className="acts">
        <button type="submit" className="btn fill" aria-disabled={form.busy}>
          {form.busy ? t('form.busy') : t(channel === undefined ? 'connecting.connect' : 'connecting.connectAgain')}
        </button>
      </div>
    </form>
  )
}

const prefix = 'settings.'

/** As the server names the field when it refuses it. */
function nameOf(field: string): string {
  return `${prefix}${field}`
}

function settingsOf(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value.trim() === '' ? [] : [[name.slice(prefix.length), value.trim()]])),
  )
}
