import { X } from 'lucide-react'
import { useState } from 'react'
import { TextField } from '../../../ui/fields.tsx'
import { dateText } from '../../../clock/instants.ts'
import { useWords } from '../../../words/words.tsx'

/** Days on which nobody is there, soonest first. */
export function Holidays({ dates, onChange }: { dates: string[]; onChange: (dates: string[]) => void }) {
  const t = useWords()
  const [date, setDate] = useState('')
  return (
    <div className="holidays">
      <h3>{t('work.holidays')}</h3>
      <p className="small ink3">{t('work.holidaysLead')}</p>
      <div className="chips">
        {dates.map((each) => (
          <button
            key={each}
            type="button"
            className="chip"
            aria-label={t('work.removeHoliday', { date: dateText(each) })}
            onClick={() => onChange(dates.filter((other) => other !== each))}
          >
            {dateText(each)}
            <X className="i sm" aria-hidden="true" />
          </button>
        ))}
      </div>
      <div className="new-line">
        <TextField label={t('work.holiday')} type="date" value={date} onValue={setDate} />
        <button
          type="button"
          className="btn"
          disabled={date === ''}
          onClick={() => {
            onChange([...new Set([...dates, date])].sort())
            setDate('')
          }}
        >
          {t('work.addHoliday')}
        </button>
      </div>
    </div>
  )
}
