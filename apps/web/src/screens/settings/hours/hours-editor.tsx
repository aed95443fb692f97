import type { OpenInterval } from '@answerback/core/hours'
import type { Hours } from '@answerback/core/settings-api'
import { Plus, X } from 'lucide-react'
import { SelectField } from '../../../ui/fields.tsx'
import { timeZones } from '../../../ui/time-zones.ts'
import { useWords } from '../../../words/words.tsx'
import { Holidays } from './holidays.tsx'
import { presetNames, presetOf, presets } from './presets.ts'

type Props = {
  hours: Hours
  /** Only where the hours have a zone of their own. */
  timeZone?: string
  /** By path, as in `hours.week.2`. */
  errors: Record<string, string>
  onChange: (hours: Hours) => void
  onTimeZone?: (timeZone: string) => void
}

const days = [1, 2, 3, 4, 5, 6, 7] as const

/** A week of hours, any number of times a day, and the days that are closed. Times are the browser's own fields, so that a phone shows its wheel. */
export function HoursEditor({ hours, timeZone, errors, onChange, onTimeZone }: Props) {
  const t = useWords()
  const { week } = hours
  const setWeek = (next: OpenInterval[]) => onChange({ ...hours, week: next.toSorted((a, b) => a.day - b.day) })
  return (
    <div className="hours">
      {timeZone !== undefined && (
        <div className="narrow">
          <SelectField label={t('work.zone')} value={timeZone} onValue={(value) => onTimeZone?.(value)}>
            {timeZones(timeZone).map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </SelectField>
        </div>
      )}
      <div className="presets" role="group" aria-label={t('work.preset')}>
        {presetNames.map((name) => (
          <button
            key={name}
            type="button"
            className="btn s"
            aria-pressed={presetOf(week) === name}
            onClick={() => setWeek([...presets[name]])}
          >
            {t(`work.presets.${name}`)}
          </button>
        ))}
      </div>
      <ul className="lines week">
        {days.map((day) => {
          const name = t(`work.day.d${day}`)
          const times = week.flatMap((interval, index) => (interval.day === day ? [{ interval, index }] : []))
          return (
            <li key={day} className="day">
              <span className="med day-name">{name}</span>
              <div className="times">
                {times.length === 0 && <span className="ink3">{t('work.nobody')}</span>}
                {times.map(({ interval, index }) => (
                  <TimeFields
                    key={index}
                    day={name}
                    interval={interval}
                    error={errorOf(errors, index)}
                    onChange={(next) => setWeek(week.map((each, at) => (at === index ? next : each)))}
                    onRemove={() => setWeek(week.filter((_, at) => at !== index))}
                  />
                ))}
              </div>
              <button
                type="button"
                className="ib"
                aria-label={t('work.addTime', { day: name })}
                onClick={() => setWeek([...week, afterThe(times.at(-1)?.interval, day)])}
              >
                <Plus className="i" aria-hidden="true" />
              </button>
            </li>
          )
        })}
      </ul>
      <p className="meta">{t('work.midnight')}</p>
      {errors['hours.week'] !== undefined && (
        <p className="err" role="alert">
          {errors['hours.week']}
        </p>
      )}
      <Holidays dates={hours.holidays} onChange={(holidays) => onChange({ ...hours, holidays })} />
    </div>
  )
}

type TimeProps = { day: string; interval: OpenInterval; error: string | null; onChange: (next: OpenInterval) => void; onRemove: () => void }

function TimeFields({ day, interval, error, onChange, onRemove }: TimeProps) {
  const t = useWords()
  const { from } = interval
  const to = interval.to === '24:00' ? '00:00' : interval.to
  const invalid = error === null ? undefined : true
  return (
    <div className="time">
      <input
        type="time"
        aria-label={t('work.from', { day })}
        aria-invalid={invalid}
        value={from}
        onChange={({ currentTarget: { value } }) => value !== '' && onChange({ ...interval, from: value })}
      />
      <span className="ink3">{t('work.until')}</span>
      <input
        type="time"
        aria-label={t('work.to', { day })}
        aria-invalid={invalid}
        value={to}
        onChange={({ currentTarget: { value } }) => value !== '' && onChange({ ...interval, to: value === '00:00' ? '24:00' : value })}
      />
      <button type="button" className="ib" aria-label={t('work.removeTime', { day, from, to })} onClick={onRemove}>
        <X className="i" aria-hidden="true" />
      </button>
      {error !== null && (
        <p className="err" role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

function errorOf(errors: Record<string, string>, index: number): string | null {
  const at = `hours.week.${index}`
  return Object.entries(errors).find(([name]) => name === at || name.startsWith(`${at}.`))?.[1] ?? null
}

/** The next time of a day: what is left after the last one, else nine to five. */
function afterThe(last: OpenInterval | undefined, day: number): OpenInterval {
  if (last === undefined || last.to >= '23:00') return { day, from: '09:00', to: '17:00' }
  const hour = Number(last.to.slice(0, 2)) + 1
  const wall = (at: number) => `${String(Math.min(24, at)).padStart(2, '0')}:00`
  return { day, from: wall(hour), to: wall(hour + 3) }
}
