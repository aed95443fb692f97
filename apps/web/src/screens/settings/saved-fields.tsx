import { Check as Tick } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Check } from '../../ui/checks.ts'
import { SelectField, TextField } from '../../ui/fields.tsx'
import { useWords } from '../../words/words.tsx'
import { type Saving, useAutosave } from './use-autosave.ts'

type Props = { label: string; hint?: string; name: string; kept: string; save: (value: string) => Promise<unknown> }

/** A line of text that saves itself on Enter and when it is left, and says so. */
export function SavedText({ label, hint, check, ...given }: Props & { check: Check }) {
  const field = useAutosave({ ...given, check })
  return (
    <TextField
      label={label}
      hint={hint}
      name={given.name}
      value={field.value}
      error={field.error}
      onValue={field.type}
      onBlur={() => field.commit()}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) field.commit()
        if (event.key === 'Escape') field.takeBack()
      }}
      aside={<SavedMark saving={field.saving} />}
    />
  )
}

/** A choice that saves itself at once, and says so. Fill it with `option`s. */
export function SavedSelect({ label, hint, children, ...given }: Props & { children: ReactNode }) {
  const field = useAutosave(given)
  return (
    <SelectField
      label={label}
      hint={hint}
      name={given.name}
      value={field.value}
      error={field.error}
      onValue={field.commit}
      aside={<SavedMark saving={field.saving} />}
    >
      {children}
    </SelectField>
  )
}

export function SavedMark({ saving }: { saving: Saving }) {
  const t = useWords()
  return (
    <span className="saved" role="status">
      {saving === 'saving' && t('form.saving')}
      {saving === 'saved' && (
        <>
          <Tick className="i sm" aria-hidden="true" />
          {t('form.saved')}
        </>
      )}
    </span>
  )
}
