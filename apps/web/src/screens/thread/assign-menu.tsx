import type { ConversationRow } from '@answerback/core/api'
import type { ReactNode } from 'react'
import { may } from '@answerback/core/permissions'
import { Avatar } from '../../ui/avatar.tsx'
import { useMe } from '../../ui/me.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.tsx'
import type { Actions } from './use-actions.ts'

type Props = {
  row: ConversationRow
  actions: Actions
  button: ReactNode
  className: string
  id?: string
  label?: string
  align?: 'start' | 'end'
}

/** Gives the conversation to a colleague, to oneself, or to nobody. */
export function AssignMenu({ row, actions, button, className, id, label, align = 'end' }: Props) {
  const t = useWords()
  return (
    <Menu
      label={label ?? t('thread.assign')}
      labelled
      button={
        <>
          {button}
          <span className="sr">, {label ?? t('thread.assign')}</span>
        </>
      }
      className={className}
      align={align}
      {...(id === undefined ? {} : { id })}
    >
      <AssignItems row={row} actions={actions} />
    </Menu>
  )
}

export function AssignItems({ row, actions }: { row: ConversationRow; actions: Actions }) {
  const t = useWords()
  const me = useMe()
  return (
    <>
      {me.staff
        .filter((each) => may(each.role, 'reply.send'))
        .map((each) => (
          <MenuItem
            key={each.id}
            checked={row.assigneeId === each.id}
            icon={<Avatar name={each.name} size="s" />}
            hint={each.id === me.user.id ? t('app.you') : undefined}
            onChoose={() => void actions.assign(row, each.id)}
          >
            {each.name}
          </MenuItem>
        ))}
      {row.assigneeId !== null && <MenuItem onChoose={() => void actions.assign(row, null)}>{t('thread.nobody')}</MenuItem>}
    </>
  )
}
