import clsx from 'clsx'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.tsx'
import type { useForm } from './use-form.ts'

type Props = {
  form: Pick<ReturnType<typeof useForm>, 'submit' | 'whole' | 'busy'>
  /** What its button says. */
  action: string
  className?: string
  /** How the button looks; the one thing to do on a page is filled. */
  button?: string
  /** Beside the button. */
  aside?: ReactNode
  children?: ReactNode
}

/** Fields, what was refused of the whole, and the button that sends them. */
export function Form({ form, action, className, button = 'btn fill', aside, children }: Props) {
  const t = useWords()
  return (
    <form className={clsx('form', className)} noValidate onSubmit={form.submit}>
      {children}
      <Refused words={form.whole} />
      <div className="acts">
        <button type="submit" className={button} aria-disabled={form.busy}>
          {form.busy ? t('form.busy') : action}
        </button>
        {aside}
      </div>
    </form>
  )
}

/** Why something did not work, said at once; nothing when there is nothing to say. */
export function Refused({ words }: { words: string | null }) {
  return words === null ? null : (
    <p className="err" role="alert">
      {words}
    </p>
  )
}
