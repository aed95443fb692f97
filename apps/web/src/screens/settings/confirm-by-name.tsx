import { useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/fields.tsx'
import { problemWords } from '../../ui/problem-words.ts'
import { useWords } from '../../words/words.tsx'

type Props = { title: string; lead: string; name: string; action: string; onConfirm: () => Promise<unknown>; onClose: () => void }

/** Before something that cannot be taken back: its name has to be typed. Closes after `onConfirm`; a refusal is told here. */
export function ConfirmByName({ title, lead, name, action, onConfirm, onClose }: Props) {
  const t = useWords()
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const matches = typed.trim().toLocaleLowerCase() === name.trim().toLocaleLowerCase()
  async function confirm(): Promise<void> {
    if (!matches || busy) return
    setBusy(true)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setBusy(false)
      setRefused(problemWords(error, t))
    }
  }
  return (
    <Dialog label={title} onClose={onClose} className="dialog sheet">
      <form
        className="inner form"
        onSubmit={(event) => {
          event.preventDefault()
          void confirm()
        }}
      >
        <h1>{title}</h1>
        <p className="ink2">{lead}</p>
        <TextField
          label={t('settings.removeType', { name })}
          value={typed}
          onValue={setTyped}
          error={refused}
          autoComplete="off"
          data-first
        />
        <div className="foot">
          <button type="button" className="btn" onClick={onClose}>
            {t('settings.keep')}
          </button>
          <button type="submit" className="btn danger" aria-disabled={!matches || busy}>
            {busy ? t('form.busy') : action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
