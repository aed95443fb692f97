import { useState } from 'react'
import { commandTable } from '../../keys/commands.ts'
import { Keys } from '../../keys/key-names.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useWords } from '../../words/words.tsx'
import '../../style/palette.css'

const groups = ['conversation', 'list', 'composer', 'go', 'app'] as const

/** Every key, searchable, from the same table that the keys run by. */
export function CheatSheet({ onClose }: { onClose: () => void }) {
  const t = useWords()
  const [wanted, setWanted] = useState('')
  const matching = commandTable.filter(
    (each) => each.keys.length > 0 && t(`command.${each.id}`).toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()),
  )
  return (
    <Dialog label={t('keys.title')} onClose={onClose} className="dialog keys-sheet">
      <div className="inner">
        <h1>{t('keys.title')}</h1>
        <label className="field">
          <span className="sr">{t('keys.search')}</span>
          <input
            autoFocus
            type="search"
            placeholder={t('keys.search')}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        {matching.length === 0 && <p className="meta">{t('keys.none')}</p>}
        <div className="columns">
          {groups.map((group) => {
            const rows = matching.filter((each) => each.group === group)
            return rows.length === 0 ? null : (
              <section key={group}>
                <h2 className="meta">{t(`keys.group.${group}`)}</h2>
                <dl>
                  {rows.map((each) => (
                    <div key={each.id}>
                      <dt>{t(`command.${each.id}`)}</dt>
                      <dd>
                        {each.keys.map((keys) => (
                          <span key={keys}>
                            <Keys keys={keys} />
                          </span>
                        ))}
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            )
          })}
        </div>
      </div>
    </Dialog>
  )
}
