import { useWords } from '../../words/words.tsx'
import { SavedMark } from './saved-fields.tsx'
import type { useDraft } from './use-draft.ts'

type Standing = Omit<ReturnType<typeof useDraft<unknown>>, 'value' | 'set'>

/** Saves a draft or takes it back, and says how it stands: unsaved, under way, saved, refused, or overtaken by somebody else. */
export function DraftBar({ draft, rest = [] }: { draft: Standing; rest?: string[] }) {
  const t = useWords()
  const told = [...rest, ...(draft.refusal.whole === null ? [] : [draft.refusal.whole])]
  return (
    <div className="draft-bar">
      {told.length > 0 && (
        <p className="err" role="alert">
          {told.join(' ')}
        </p>
      )}
      {draft.outdated && (
        <p className="err hs" role="alert">
          {t('work.outdated')}
          <button type="button" className="btn s" onClick={draft.takeBack}>
            {t('work.showTheirs')}
          </button>
        </p>
      )}
      <div className="hs">
        <button type="button" className="btn fill" disabled={!draft.dirty || draft.outdated} onClick={draft.submit}>
          {t('work.save')}
        </button>
        {draft.dirty && !draft.outdated && (
          <button type="button" className="btn quiet" onClick={draft.takeBack}>
            {t('work.takeBack')}
          </button>
        )}
        <SavedMark saving={draft.saving} />
        {draft.dirty && draft.saving === 'idle' && <span className="meta">{t('work.unsaved')}</span>}
      </div>
    </div>
  )
}
