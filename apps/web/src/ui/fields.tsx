import clsx from 'clsx'
import { Eye, EyeOff } from 'lucide-react'
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId, useState } from 'react'
import { useWords } from '../words/words.tsx'
import '../style/forms.css'

type Own = { label: string; hint?: ReactNode; error?: string | null | undefined; onValue: (value: string) => void; aside?: ReactNode }
type TextProps = Own & Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'>

/** A labelled line of text. What is wrong with it stands below and is read out with it. */
export function TextField({ label, hint, error, onValue, aside, className, ...rest }: TextProps) {
  const id = useId()
  return (
    <Labelled id={id} label={label} hint={hint} error={error} aside={aside} className={className}>
      <input id={id} dir="auto" {...rest} {...described(id, error)} onChange={(event) => onValue(event.currentTarget.value)} />
    </Labelled>
  )
}

/** A password that can be shown, pasted, and filled in by a password manager. */
export function PasswordField({ label, hint, error, onValue, aside, className, ...rest }: TextProps) {
  const t = useWords()
  const id = useId()
  const [shown, setShown] = useState(false)
  const Icon = shown ? EyeOff : Eye
  return (
    <Labelled id={id} label={label} hint={hint} error={error} aside={aside} className={className}>
      <span className="with-button">
        <input
          id={id}
          type={shown ? 'text' : 'password'}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          {...rest}
          {...described(id, error)}
          onChange={(event) => onValue(event.currentTarget.value)}
        />
        <button type="button" className="ib" aria-pressed={shown} aria-label={t('form.showPassword')} onClick={() => setShown(!shown)}>
          <Icon className="i" aria-hidden="true" />
        </button>
      </span>
    </Labelled>
  )
}

type SelectProps = Own & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange'>

/** One of several, in the browser's own list. Fill it with `option`s. */
export function SelectField({ label, hint, error, onValue, aside, className, children, ...rest }: SelectProps) {
  const id = useId()
  return (
    <Labelled id={id} label={label} hint={hint} error={error} aside={aside} className={className}>
      <select id={id} {...rest} {...described(id, error)} onChange={(event) => onValue(event.currentTarget.value)}>
        {children}
      </select>
    </Labelled>
  )
}

function Labelled({
  id,
  label,
  hint,
  error,
  aside,
  className,
  children,
}: Omit<Own, 'onValue'> & { id: string; className?: string | undefined; children: ReactNode }) {
  return (
    <div className={clsx('field', className)}>
      <div className="label-line">
        <label htmlFor={id}>{label}</label>
        {aside}
      </div>
      {children}
      <p id={`${id}-note`} className={error ? 'err' : 'meta'} role={error ? 'alert' : undefined}>
        {error || hint}
      </p>
    </div>
  )
}

function described(id: string, error: string | null | undefined) {
  return { 'aria-describedby': `${id}-note`, 'aria-invalid': error ? true : undefined }
}
