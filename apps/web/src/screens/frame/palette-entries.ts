import type { ConversationRow } from '@answerback/core/api'
import { may } from '@answerback/core/permissions'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { cache } from '../../api/queries.ts'
import { snoozeChoices } from '../../clock/snooze-times.ts'
import { now } from '../../clock/ticker.ts'
import { type CommandId, commandTable } from '../../keys/commands.ts'
import { canRun, runCommand } from '../../keys/handlers.ts'
import type { HeldPage } from '../../live/apply-frame.ts'
import type { InfiniteData } from '@tanstack/react-query'
import { useMay, useMe } from '../../ui/me.tsx'
import { shortSpan } from '../../words/spans.ts'
import { useWords } from '../../words/words.tsx'
import { nameOf } from '../inbox/row-words.ts'
import { useActions } from '../thread/use-actions.ts'

export type Entry = {
  id: string
  group: 'conversation' | 'list' | 'go' | 'app' | 'composer' | 'people'
  label: string
  hint: string | null
  keys: string | null
  /** Shown before anything is typed. */
  always: boolean
  run: () => void
}

/** Everything the palette can do now: the commands that have somebody to run them, colleagues to give this to, and people who wait. */
export function usePaletteEntries(row: ConversationRow | null): Entry[] {
  const t = useWords()
  const me = useMe()
  const actions = useActions()
  const navigate = useNavigate()
  const mayAct = useMay('conversation.assign')
  return useMemo(() => {
    const entries: Entry[] = commandTable
      .filter((each) => each.id !== 'palette' && each.group !== 'composer' && canRun(each.id))
      .map((each) => ({
        id: each.id,
        group: each.group,
        label: t(`command.${each.id}`),
        hint: each.id === 'snooze' ? t('command.keepsRunning') : null,
        keys: each.keys[0] ?? null,
        always: each.group !== 'list',
        run: () => void runCommand(each.id as CommandId),
      }))
    if (row !== null && mayAct) {
      for (const each of me.staff.filter((person) => may(person.role, 'reply.send'))) {
        entries.push({
          id: `assign ${each.id}`,
          group: 'conversation',
          label: t('command.assignTo', { name: each.name }),
          hint: null,
          keys: null,
          always: false,
          run: () => void actions.assign(row, each.id),
        })
      }
      if (row.waitingSince !== null) {
        for (const choice of snoozeChoices(now())) {
          const label = t('command.snoozeFor', { when: t(`snooze.${choice.id}`) })
          entries.push({
            id: `snooze ${choice.id}`,
            group: 'conversation',
            label,
            hint: null,
            keys: null,
            always: false,
            run: () => void actions.snooze(row, choice.at),
          })
        }
      }
    }
    for (const person of waitingPeople()) {
      entries.push({
        id: `person ${person.id}`,
        group: 'people',
        label: nameOf(person.contact, t),
        hint:
          person.waitingSince === null ? null : t('palette.personWaiting', { span: shortSpan(t, now() - Date.parse(person.waitingSince)) }),
        keys: null,
        always: false,
        run: () => void navigate({ to: '/c/$conversationId', params: { conversationId: person.id } }),
      })
    }
    return entries
  }, [t, me, row, mayAct, actions, navigate])
}

function waitingPeople(): ConversationRow[] {
  const rows = cache
    .getQueriesData<InfiniteData<HeldPage>>({ queryKey: ['list'] })
    .flatMap(([, data]) => data?.pages.flatMap((page) => page.items) ?? [])
    .filter((row) => row.waitingSince !== null)
  return [...new Map(rows.map((row) => [row.id, row])).values()].slice(0, 200)
}
