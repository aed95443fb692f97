import type { ConversationRow } from '@answerback/core/api'
import type { ReactNode } from 'react'
import { whenText } from '../../clock/instants.ts'
import { type SnoozeChoice, snoozeChoices } from '../../clock/snooze-times.ts'
import { now } from '../../clock/ticker.ts'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.tsx'
import type { Actions } from './use-actions.ts'

const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** Hides it until later. The clock keeps running, and the menu says so. */
export function SnoozeMenu({
  row,
  actions,
  button,
  className,
  id,
}: {
  row: ConversationRow
  actions: Actions
  button: ReactNode
  className: string
  id?: string
}) {
  const t = useWords()
  return (
    <Menu label={t('snooze.title')} button={button} className={className} above labelled {...(id === undefined ? {} : { id })}>
      <p>{t('snooze.title')}</p>
      <SnoozeItems onChoose={(choice) => void actions.snooze(row, choice.at)} />
      <p>{t('snooze.clock')}</p>
    </Menu>
  )
}

function SnoozeItems({ onChoose }: { onChoose: (choice: SnoozeChoice) => void }) {
  const t = useWords()
  return snoozeChoices(now()).map((choice) => (
    <MenuItem key={choice.id} hint={whenText(choice.at.toISOString(), now(), localZone)} onChoose={() => onChoose(choice)}>
      {t(`snooze.${choice.id}`)}
    </MenuItem>
  ))
}
