import type { Channel } from '@answerback/core/api'
import type { Targets } from '@answerback/core/settings-api'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { targetsQuery } from '../../../api/access-queries.ts'
import { cache, channelsQuery } from '../../../api/queries.ts'
import { SelectField } from '../../../ui/fields.tsx'
import { channelOf, platformOf, useMay, useMe } from '../../../ui/me.tsx'
import { useWords } from '../../../words/words.tsx'
import { DraftBar } from '../draft-bar.tsx'
import { Loaded } from '../loaded.tsx'
import { SettingsPage } from '../settings-page.tsx'
import { useDraft } from '../use-draft.ts'
import { DueExample } from './due-example.tsx'
import { HoursEditor } from './hours-editor.tsx'
import { putTargets } from './put-targets.ts'
import '../../../style/work.css'

/** When somebody is there: for the whole brand, and for channels that keep other hours. */
export function HoursSettings() {
  const t = useWords()
  const edits = useMay('targets.write')
  const query = useQuery({ ...targetsQuery, enabled: edits })
  const { data: channels } = useSuspenseQuery(channelsQuery)
  if (!edits) return <SettingsPage title={t('settings.hours')} lead={t('settings.forbidden')} />
  return (
    <SettingsPage title={t('settings.hours')} lead={t('work.hoursLead')}>
      <Loaded query={query}>
        {(targets) => (
          <>
            <section className="sec" aria-label={t('work.forAll')}>
              <h2>{t('work.forAll')}</h2>
              <BrandHours targets={targets} />
            </section>
            {targets.channels.map((own) => (
              <OfChannel key={own.id} targets={targets} own={own} channel={channelOf(channels, own.id)} />
            ))}
          </>
        )}
      </Loaded>
    </SettingsPage>
  )
}

const reload = () => cache.refetchQueries(targetsQuery)

function BrandHours({ targets }: { targets: Targets }) {
  const { timeZone } = targets
  const draft = useDraft({
    kept: targets.hours,
    revision: targets.revision,
    save: (hours, revision) => putTargets('/targets', { hours, revision }),
    reload,
  })
  return (
    <>
      <HoursEditor hours={draft.value} errors={draft.refusal.fields} onChange={draft.set} />
      <DueExample hours={{ ...draft.value, timeZone }} target={targets.target} />
      <DraftBar draft={draft} />
    </>
  )
}

type ChannelProps = { targets: Targets; own: Targets['channels'][number]; channel: Channel | undefined }

function OfChannel({ targets, own, channel }: ChannelProps) {
  const t = useWords()
  const me = useMe()
  const draft = useDraft({
    kept: own.hours,
    revision: own.revision,
    save: (hours, revision) => putTargets(`/channels/${own.id}/targets`, { hours, revision }),
    reload,
  })
  const hours = draft.value
  const name = channel === undefined ? own.id : `${platformOf(me, channel.platform).name} · ${channel.name}`
  const heading = t('work.hoursOf', { name })
  return (
    <section className="sec" aria-label={heading}>
      <h2>
        <bdi>{name}</bdi>
      </h2>
      <div className="narrow">
        <SelectField
          label={heading}
          value={hours === null ? 'brand' : 'own'}
          onValue={(value) => draft.set(value === 'brand' ? null : { ...targets.hours, timeZone: targets.timeZone })}
        >
          <option value="brand">{t('work.asBrandHours')}</option>
          <option value="own">{t('work.ownHours')}</option>
        </SelectField>
      </div>
      {hours !== null && (
        <>
          <HoursEditor
            hours={hours}
            timeZone={hours.timeZone}
            errors={draft.refusal.fields}
            onChange={(next) => draft.set({ ...hours, ...next })}
            onTimeZone={(timeZone) => draft.set({ ...hours, timeZone })}
          />
          <DueExample hours={hours} target={own.target ?? targets.target} />
        </>
      )}
      {(draft.dirty || draft.saving !== 'idle' || hours !== null) && <DraftBar draft={draft} />}
    </section>
  )
}
