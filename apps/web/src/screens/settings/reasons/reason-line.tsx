import type { Reason } from '@answerback/core/reasons'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useId } from 'react'
import { useWords } from '../../../words/words.tsx'
import { offerWords } from '../../inbox/row-words.ts'

type Props = {
  reason: Reason
  /** The key that chooses it, from 1; shown up to 9. */
  numberKey: number
  error: string | null
  onChange: (reason: Reason) => void
  onUp: (() => void) | null
  onDown: (() => void) | null
  onRetire: () => void
}

/** One reason: its words, what it asks for, its place and its end. */
export function ReasonLine({ reason, numberKey, error, onChange, onUp, onDown, onRetire }: Props) {
  const t = useWords()
  const noteId = useId()
  const usual = offerWords({ id: reason.id, name: null }, t)
  const name = offerWords(reason, t)
  const builtIn = usual !== reason.id
  return (
    <li className="line-item reason-line">
      <kbd aria-label={t('work.key', { key: String(numberKey) })} data-none={numberKey > 9 || undefined}>
        {numberKey > 9 ? '' : numberKey}
      </kbd>
      <div className="field grow">
        <input
          aria-label={t('work.reasonName', { name })}
          aria-invalid={error !== null || undefined}
          aria-describedby={noteId}
          dir="auto"
          maxLength={60}
          value={reason.name ?? usual}
          onChange={({ currentTarget: { value } }) => onChange({ ...reason, name: builtIn && value === usual ? null : value })}
        />
        <p id={noteId} className={error === null ? 'meta' : 'err'} role={error === null ? undefined : 'alert'}>
          {error ?? (reason.needs === null ? '' : t(`work.needs.${reason.needs}`))}
        </p>
      </div>
      <button type="button" className="ib" aria-label={t('work.up', { name })} disabled={onUp === null} onClick={() => onUp?.()}>
        <ArrowUp className="i" aria-hidden="true" />
      </button>
      <button type="button" className="ib" aria-label={t('work.down', { name })} disabled={onDown === null} onClick={() => onDown?.()}>
        <ArrowDown className="i" aria-hidden="true" />
      </button>
      <button type="button" className="btn s" aria-label={t('work.retire', { name })} onClick={onRetire}>
        {t('work.retireShort')}
      </button>
    </li>
  )
}
