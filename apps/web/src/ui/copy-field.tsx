import { Check, Copy } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { useWords } from '../words/words.tsx'
import '../style/forms.css'

/** Something to take elsewhere, whole and unchangeable, with a button that copies it. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const t = useWords()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)
  const Icon = copied ? Check : Copy
  return (
    <div className="field copy">
      <label htmlFor={id}>{label}</label>
      <span className="with-copy">
        <input id={id} ref={field} readOnly value={value} dir="ltr" onFocus={(event) => event.currentTarget.select()} />
        <button
          type="button"
          className="btn"
          onClick={() => {
            field.current?.select()
            void copyText(value).then(setCopied)
          }}
        >
          <Icon className="i" aria-hidden="true" />
          {copied ? t('form.copied') : t('form.copy')}
        </button>
      </span>
      <span className="sr" role="status">
        {copied && t('form.copied')}
      </span>
    </div>
  )
}

/** False where the browser does not let us, as without https; what is selected can still be copied by hand. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
