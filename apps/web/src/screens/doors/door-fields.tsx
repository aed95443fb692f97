import type { ReactNode } from 'react'
import { passwordMin } from '../../ui/checks.ts'
import { PasswordField, TextField } from '../../ui/fields.tsx'
import { useWords } from '../../words/words.tsx'

type Field = { name: string; value: string | undefined; error: string | null | undefined; onValue: (value: string) => void }

/** The address that one signs in with. */
export function EmailField({ field, autoFocus }: { field: Field; autoFocus?: boolean }) {
  const t = useWords()
  return (
    <TextField label={t('doors.email')} type="email" autoComplete="username" inputMode="email" dir="ltr" autoFocus={autoFocus} {...field} />
  )
}

/** A password that is being chosen. */
export function NewPasswordField({ label, field, autoFocus }: { label: string; field: Field; autoFocus?: boolean }) {
  const t = useWords()
  const hint = t('form.passwordHint', { min: passwordMin })
  return <PasswordField label={label} autoComplete="new-password" autoFocus={autoFocus} hint={hint} {...field} />
}

/** Whose password it is, for a password manager alone. */
export function ForAccount({ email }: { email: string }): ReactNode {
  return <input className="sr" type="email" autoComplete="username" readOnly tabIndex={-1} aria-hidden="true" value={email} />
}
