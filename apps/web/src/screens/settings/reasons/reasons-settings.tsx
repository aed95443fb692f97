import { type Reason, reasonsInUse } from '@answerback/core/reasons'
import type { ReasonList } from '@answerback/core/settings-api'
import { useQuery } from '@tanstack/react-query'
import { reasonsQuery } from '../../../api/access-queries.ts'
import { change, newKey } from '../../../api/call.ts'
import { cache, meQuery } from '../../../api/queries.ts'
import { useMay } from '../../../ui/me.tsx'
import { useWords } from '../../../words/words.tsx'
import { offerWords } from '../../inbox/row-words.ts'
import { DraftBar } from '../draft-bar.tsx'
import { Loaded } from '../loaded.tsx'
import { SettingsPage } from '../settings-page.tsx'
import { useDraft } from '../use-draft.ts'
import { NewReason } from './new-reason.tsx'
import { ReasonLine } from './reason-line.tsx'
import '../../../style/work.css'

const classes = ['not_owed', 'declined'] as const

/** Why a conversation may be closed: renamed, added to, retired and put in order, then saved as a whole. */
export function ReasonsSettings() {
  const t = useWords()
  const edits = useMay('reasons.write')
  const query = useQuery({ ...reasonsQuery, enabled: edits })
  if (!edits) return <SettingsPage title={t('settings.reasons')} lead={t('settings.forbidden')} />
  return (
    <SettingsPage title={t('settings.reasons')} lead={t('work.reasonsLead')}>
      <Loaded query={query}>{(list) => <Editor list={list} />}</Loaded>
    </SettingsPage>
  )
}

/** One that is not stored yet has an id of our own making, which the server replaces. */
const isNew = (reason: Reason) => reason.id.startsWith('new:')

function Editor({ list }: { list: ReasonList }) {
  const t = useWords()
  const draft = useDraft({ kept: list.items, revision: list.revision, save, reload: () => cache.refetchQueries(reasonsQuery) })
  const reasons = draft.value
  const keys = reasonsInUse(reasons)
  const put = (reason: Reason) => draft.set(reasons.map((each) => (each.id === reason.id ? reason : each)))
  const errorOf = (reason: Reason) => {
    const at = `items.${reasons.indexOf(reason)}.`
    return Object.entries(draft.refusal.fields).find(([name]) => name.startsWith(at))?.[1] ?? null
  }
  const move = (reason: Reason, by: 1 | -1) => {
    const among = reasons.filter((each) => each.class === reason.class && !each.retired)
    const other = among[among.indexOf(reason) + by]
    if (other === undefined) return
    draft.set(reasons.map((each) => (each === reason ? other : each === other ? reason : each)))
  }
  const retired = reasons.filter((each) => each.retired)
  return (
    <>
      {classes.map((of) => {
        const offered = reasons.filter((each) => each.class === of && !each.retired)
        return (
          <section key={of} className="sec">
            <h2>{t(`work.class.${of}`)}</h2>
            <p className="small ink3">{t(`work.classLead.${of}`)}</p>
            <ul className="lines">
              {offered.map((reason, at) => (
                <ReasonLine
                  key={reason.id}
                  reason={reason}
                  numberKey={keys.indexOf(reason) + 1}
                  error={errorOf(reason)}
                  onChange={put}
                  onUp={at === 0 ? null : () => move(reason, -1)}
                  onDown={at === offered.length - 1 ? null : () => move(reason, 1)}
                  onRetire={() =>
                    isNew(reason) ? draft.set(reasons.filter((each) => each !== reason)) : put({ ...reason, retired: true })
                  }
                />
              ))}
            </ul>
            <NewReason of={of} onAdd={(added) => draft.set([...reasons, { ...added, id: `new:${newKey()}`, retired: false }])} />
          </section>
        )
      })}
      {retired.length > 0 && (
        <section className="sec">
          <h2>{t('work.retired')}</h2>
          <ul className="lines">
            {retired.map((reason) => (
              <li key={reason.id} className="line-item">
                <span className="grow ink3">{offerWords(reason, t)}</span>
                <button
                  type="button"
                  className="btn s"
                  aria-label={t('work.offer', { name: offerWords(reason, t) })}
                  onClick={() => put({ ...reason, retired: false })}
                >
                  {t('work.offerShort')}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <DraftBar
        draft={draft}
        rest={draft.refusal.fields.items === undefined ? [] : [`${t('settings.reasons')}: ${draft.refusal.fields.items}`]}
      />
    </>
  )
}

async function save(reasons: Reason[], revision: string): Promise<void> {
  const items = reasons.map((each) => ({ ...each, id: isNew(each) ? null : each.id }))
  const saved = await change<ReasonList>({ method: 'PUT', path: '/reasons', body: { items, revision } })
  cache.setQueryData(reasonsQuery.queryKey, saved)
  await cache.invalidateQueries({ queryKey: meQuery.queryKey })
}
