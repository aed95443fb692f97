import type { Channel } from '@answerback/core/api'
import type { Targets, TargetView } from '@answerback/core/settings-api'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { targetsQuery } from '../../../api/access-queries.ts'
import { ApiProblem } from '../../../api/call.ts'
import { cache, channelsQuery } from '../../../api/queries.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { channelOf, platformOf, useMay, useMe } from '../../../ui/me.tsx'
import { targetChoices } from '../../../ui/targets.ts'
import { promiseWords, shortSpan } from '../../../words/spans.ts'
import { useWords } from '../../../words/words.tsx'
import { Loaded } from '../loaded.tsx'
import { SavedSelect } from '../saved-fields.tsx'
import { SettingsPage } from '../settings-page.tsx'
import { putTargets } from './put-targets.ts'
import '../../../style/work.css'

/** How soon is promised: for the whole brand, and where a channel promises something else. */
export function TargetsSettings() {
  const t = useWords()
  const edits = useMay('targets.write')
  const query = useQuery({ ...targetsQuery, enabled: edits })
  const { data: channels } = useSuspenseQuery(channelsQuery)
  if (!edits) return <SettingsPage title={t('settings.targets')} lead={t('settings.forbidden')} />
  return (
    <SettingsPage title={t('settings.targets')} lead={t('work.targetsLead')}>
      <Loaded query={query}>{(targets) => <Both targets={targets} channels={channels} />}</Loaded>
    </SettingsPage>
  )
}

function Both({ targets, channels }: { targets: Targets; channels: Channel[] }) {
  const t = useWords()
  const me = useMe()
  return (
    <>
      <section className="sec">
        <h2>{t('work.forAll')}</h2>
        <TargetFields target={targets.target} revision={targets.revision} path="/targets" />
        <p className="small">
          <Link className="link" to="/settings/hours">
            {t('work.toHours')}
          </Link>
        </p>
      </section>
      <section className="sec">
        <h2>{t('work.byChannel')}</h2>
        {targets.channels.length === 0 && <p className="ink3">{t('work.noChannels')}</p>}
        <ul className="lines">
          {targets.channels.map(({ id, target, revision }) => {
            const channel = channelOf(channels, id)
            const name = channel === undefined ? id : `${platformOf(me, channel.platform).name} · ${channel.name}`
            return (
              <li key={id} className="line-item target-line">
                <span className="grow hs">
                  <Glyph platform={channel?.platform ?? ''} />
                  <bdi className="med ell">{name}</bdi>
                </span>
                <TargetFields target={target} brand={targets.target} revision={revision} path={`/channels/${id}/targets`} of={name} />
              </li>
            )
          })}
        </ul>
      </section>
    </>
  )
}

type FieldsProps = { target: TargetView | null; brand?: TargetView; revision: string; path: string; of?: string }

/** The span and the clock it is counted in. Each is saved as it is chosen; a channel may go back to what the brand has. */
function TargetFields({ target, brand, revision, path, of }: FieldsProps) {
  const t = useWords()
  const held = target ?? brand!
  const save = (next: TargetView | null) => putTargets(path, { target: next, revision }).catch(showTheirs)
  const label = (text: string) => (of === undefined ? text : `${text}: ${of}`)
  return (
    <div className="target-fields">
      <SavedSelect
        label={label(t('work.target'))}
        hint={of === undefined ? t('work.targetHint') : ''}
        name="target"
        kept={target === null ? 'brand' : String(target.seconds)}
        save={(value) => save(value === 'brand' ? null : { ...held, seconds: Number(value) })}
      >
        {brand !== undefined && <option value="brand">{t('work.asBrand', { target: promiseWords(brand, t) })}</option>}
        {targetChoices(held.seconds).map((seconds) => (
          <option key={seconds} value={seconds}>
            {shortSpan(t, seconds * 1_000)}
          </option>
        ))}
      </SavedSelect>
      {target !== null && (
        <SavedSelect
          label={label(t('work.clock'))}
          hint={of === undefined ? t('work.clockHint') : ''}
          name="target"
          kept={target.clock}
          save={(clock) => save({ ...target, clock: clock as TargetView['clock'] })}
        >
          <option value="calendar">{t('work.clocks.calendar')}</option>
          <option value="business">{t('work.clocks.business')}</option>
        </SavedSelect>
      )}
    </div>
  )
}

/** Whoever was first stays: what they chose comes in before the refusal is told. */
async function showTheirs(error: unknown): Promise<never> {
  if (error instanceof ApiProblem && error.code === 'changed_meanwhile') await cache.refetchQueries(targetsQuery)
  throw error
}
