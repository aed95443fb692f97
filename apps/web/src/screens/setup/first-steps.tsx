import type { SetupBody } from '@answerback/core/access-api'
import type { Hours, TargetView } from '@answerback/core/settings-api'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiProblem, change } from '../../api/call.ts'
import { chooseWorkspace } from '../../api/workspace-choice.ts'
import { cache } from '../../api/queries.ts'
import { emailLike, filled, longPassword } from '../../ui/checks.ts'
import { SelectField, TextField } from '../../ui/fields.tsx'
import { Refused } from '../../ui/form.tsx'
import { targetChoices } from '../../ui/targets.ts'
import { guessTimeZone, timeZones } from '../../ui/time-zones.ts'
import { useForm } from '../../ui/use-form.ts'
import { shortSpan } from '../../words/spans.ts'
import { useWords, type Words } from '../../words/words.tsx'
import { EmailField, NewPasswordField } from '../doors/door-fields.tsx'
import { DueExample } from '../settings/hours/due-example.tsx'
import { type Preset, presets } from '../settings/hours/presets.ts'
import { type Step, Steps } from './steps.tsx'
import '../../style/work.css'

const aDay = '86400'
const owner = { name: '', email: '', password: '' }
type Owner = typeof owner

/** Owner and brand, sent together once both are known: until then nothing exists, and going back costs nothing. */
export function FirstSteps({ token, onBadLink }: { token: string; onBadLink: () => void }) {
  const t = useWords()
  const [account, setAccount] = useState<Owner>(owner)
  const [wrong, setWrong] = useState<Record<string, string>>({})
  const [at, setAt] = useState(0)
  const change = (
    <button
      type="button"
      className="link small"
      aria-label={t('setup.changeWhat', { what: t('setup.account.title') })}
      onClick={() => setAt(0)}
    >
      {t('setup.change')}
    </button>
  )
  const steps: Step[] = [
    {
      title: t('setup.account.title'),
      question: t('setup.account.question'),
      summary: t('setup.account.summary', account),
      change,
      body: (
        <AccountStep
          initial={account}
          wrong={wrong}
          onDone={(values) => {
            setWrong({})
            setAccount(values)
            setAt(1)
          }}
        />
      ),
    },
    {
      title: t('setup.brand.title'),
      question: t('setup.brand.question'),
      body: (
        <BrandStep
          token={token}
          account={account}
          onBack={() => setAt(0)}
          onBadLink={onBadLink}
          onBadAccount={(fields) => {
            setWrong(fields)
            setAt(0)
          }}
        />
      ),
    },
    ...laterSteps(t),
  ]
  return <Steps at={at} steps={steps} />
}

/** The three that come once there is a brand, as they are announced. */
function laterSteps(t: Words): Step[] {
  return (['connect', 'first', 'invite'] as const).map((name) => ({
    title: t(`setup.${name}.title`),
    question: t(`setup.${name}.question`),
    nextLead: t(`setup.${name}.nextLead`),
  }))
}

type AccountProps = { initial: Owner; wrong: Record<string, string>; onDone: (values: Owner) => void }

function AccountStep({ initial, wrong, onDone }: AccountProps) {
  const t = useWords()
  const form = useForm({
    initial,
    checks: { name: filled, email: emailLike, password: longPassword },
    send: async (values) => onDone({ ...values, name: values.name.trim(), email: values.email.trim() }),
  })
  const field = (name: keyof Owner) => {
    const given = form.field(name)
    return { ...given, error: given.error ?? (form.values[name] === initial[name] ? wrong[name] : null) }
  }
  return (
    <form className="form su-form" noValidate onSubmit={form.submit}>
      <p className="ink2">{t('setup.account.lead')}</p>
      <TextField label={t('doors.name')} autoComplete="name" autoFocus {...field('name')} />
      <EmailField field={field('email')} />
      <NewPasswordField label={t('doors.password')} field={field('password')} />
      <div className="acts">
        <button type="submit" className="btn fill big">
          {t('setup.next')}
        </button>
      </div>
    </form>
  )
}

type BrandProps = {
  token: string
  account: Owner
  onBack: () => void
  onBadLink: () => void
  onBadAccount: (fields: Record<string, string>) => void
}

function BrandStep({ token, account, onBack, onBadLink, onBadAccount }: BrandProps) {
  const t = useWords()
  const router = useRouter()
  const form = useForm({
    initial: { brand: '', timeZone: guessTimeZone(), targetSeconds: aDay, hours: 'always', targetClock: 'calendar' },
    checks: { brand: filled },
    send: async ({ brand, timeZone, targetSeconds, hours, targetClock }) => {
      const target = targetOf(hours, targetSeconds, targetClock)
      const body: SetupBody = {
        ...{ token, ...account, brand: brand.trim(), timeZone },
        ...{ targetSeconds: target.seconds, targetClock: target.clock, hours: hoursOf(hours) },
      }
      const made = await change<{ workspaceId: string }>({ method: 'POST', path: '/setup', body })
      chooseWorkspace(made.workspaceId)
      cache.clear()
      router.history.replace('/setup')
    },
    onRefused: (error) => {
      if (!(error instanceof ApiProblem)) return false
      if (error.code === 'link_not_good') onBadLink()
      const fields = Object.fromEntries(error.invalidParams.filter(({ name }) => name in account).map(({ name, reason }) => [name, reason]))
      if (Object.keys(fields).length > 0) onBadAccount(fields)
      return error.code === 'link_not_good' || Object.keys(fields).length > 0
    },
  })
  return (
    <form className="form su-form" noValidate onSubmit={form.submit}>
      <p className="ink2">{t('setup.brand.lead')}</p>
      <TextField label={t('setup.brand.name')} autoComplete="organization" autoFocus {...form.field('brand')} />
      <SelectField label={t('setup.brand.timeZone')} hint={t('setup.brand.timeZoneHint')} {...form.field('timeZone')}>
        {timeZones(form.values.timeZone).map((zone) => (
          <option key={zone}>{zone}</option>
        ))}
      </SelectField>
      <SelectField label={t('setup.brand.target')} hint={t('setup.brand.targetHint')} {...form.field('targetSeconds')}>
        {targetChoices(Number(aDay)).map((seconds) => (
          <option key={seconds} value={seconds}>
            {shortSpan(t, seconds * 1_000)}
          </option>
        ))}
      </SelectField>
      <SelectField label={t('setup.brand.hours')} hint={t('setup.brand.hoursHint')} {...form.field('hours')}>
        {(['always', 'office', 'daily'] as const).map((name) => (
          <option key={name} value={name}>
            {t(`work.presets.${name}`)}
          </option>
        ))}
      </SelectField>
      {form.values.hours !== 'always' && (
        <SelectField label={t('work.clock')} hint={t('work.clockHint')} {...form.field('targetClock')}>
          <option value="calendar">{t('work.clocks.calendar')}</option>
          <option value="business">{t('work.clocks.business')}</option>
        </SelectField>
      )}
      <DueExample
        hours={{ ...hoursOf(form.values.hours), timeZone: form.values.timeZone }}
        target={targetOf(form.values.hours, form.values.targetSeconds, form.values.targetClock)}
        link={false}
      />
      <Refused words={form.whole} />
      <div className="acts">
        <button type="submit" className="btn fill big" aria-disabled={form.busy}>
          {form.busy ? t('form.busy') : t('setup.brand.make')}
        </button>
        <button type="button" className="btn quiet big" onClick={onBack}>
          {t('setup.back')}
        </button>
      </div>
    </form>
  )
}

function hoursOf(preset: string): Hours {
  return { week: [...presets[preset as Preset]], holidays: [] }
}

/** Where somebody is there day and night, the two clocks are one. */
function targetOf(preset: string, seconds: string, clock: string): TargetView {
  return { seconds: Number(seconds), clock: preset === 'always' ? 'calendar' : (clock as TargetView['clock']) }
}
