import { Check, EyeOff, Minus } from 'lucide-react'
import { platformOf, staffName, useMe } from '../../ui/me.tsx'
import { shortSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { nameOf, reasonWords } from './row-words.ts'
import type { Line } from './use-ghosts.ts'

/** One quiet line where a row just was: who answered, and how fast. */
export function Ghost({ line, index }: { line: Line; index: number }) {
  const t = useWords()
  const Icon = line.ended?.state === 'answered' ? Check : line.ended?.state === 'closed' ? Minus : EyeOff
  return (
    <div className="ghost" role="row" aria-rowindex={index + 1} data-id={line.row.id}>
      <div role="gridcell">
        <Icon className="i" aria-hidden="true" />
        <GhostWords line={line} />
        <span className="meta">{t('list.justNow')}</span>
      </div>
    </div>
  )
}

function GhostWords({ line }: { line: Line }) {
  const t = useWords()
  const me = useMe()
  const ended = line.ended ?? line.row
  const person = nameOf(line.row.contact, t)
  const b = (chunks: React.ReactNode) => <b className="med">{chunks}</b>
  if (ended.state === 'closed')
    return (
      <span className="ell">
        {t.rich('list.ghostClosed', { b, person, reason: reasonWords(ended.ended?.reason ?? null, ended.ended?.reasonName ?? null, t) })}
      </span>
    )
  if (ended.state === 'withdrawn') return <span className="ell">{t.rich('list.ghostWithdrawn', { b, person })}</span>
  if (ended.state !== 'answered' || ended.ended === null) return <span className="ell">{t.rich('list.ghostModerated', { b, person })}</span>
  const span = shortSpan(t, ended.ended.seconds * 1_000, true)
  const name = ended.ended.byId === me.user.id ? t('app.you') : staffName(me, ended.ended.byId)
  if (name === null)
    return <span className="ell">{t.rich('list.ghostNative', { b, person, span, platform: platformOf(me, ended.platform).name })}</span>
  return <span className="ell">{t.rich('list.ghostAnswered', { b, person, name, span })}</span>
}
