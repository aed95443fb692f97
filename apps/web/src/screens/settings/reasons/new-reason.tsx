import type { Reason } from '@answerback/core/reasons'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { SelectField, TextField } from '../../../ui/fields.tsx'
import { useWords } from '../../../words/words.tsx'

const asks = ['none', 'link', 'text'] as const

/** A reason of one's own: its words, and what has to be given with it, which stays. */
export function NewReason({ of, onAdd }: { of: Reason['class']; onAdd: (reason: Pick<Reason, 'name' | 'class' | 'needs'>) => void }) {
  const t = useWords()
  const [name, setName] = useState('')
  const [needs, setNeeds] = useState<(typeof asks)[number]>('none')
  return (
    <form
      className="new-line"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() === '') return
        onAdd({ name: name.trim(), class: of, needs: needs === 'none' ? null : needs })
        setName('')
        setNeeds('none')
      }}
    >
      <TextField label={t('work.newReason')} value={name} maxLength={60} onValue={setName} />
      <SelectField label={t('work.newNeeds')} value={needs} onValue={(value) => setNeeds(value as typeof needs)}>
        {asks.map((each) => (
          <option key={each} value={each}>
            {t(`work.newNeedsOf.${each}`)}
          </option>
        ))}
      </SelectField>
      <button type="submit" className="btn" disabled={name.trim() === ''}>
        <Plus className="i sm" aria-hidden="true" />
        {t('work.add')}
      </button>
    </form>
  )
}
