import type { ExportQuery } from '@answerback/core/api'
import { Download as DownloadIcon } from 'lucide-react'
import { useState } from 'react'
import { ApiProblem } from '../../api/call.ts'
import { chosenWorkspace } from '../../api/workspace-choice.ts'
import { useMay, useMe } from '../../ui/me.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { problemWords } from '../../ui/problem-words.ts'
import { showToast } from '../../ui/toasts.tsx'
import { MoreWords } from '../../words/more-words.tsx'
import { useWords } from '../../words/words.tsx'
import type { QueueSearch } from './queue-search.ts'

/** For leads: what the page shows, or all there is, as a table for a spreadsheet. */
export function Download({ search }: { search: QueueSearch }) {
  const me = useMe()
  if (!useMay('inbox.export')) return null
  return (
    <MoreWords timeZone={me.workspace.timeZone}>
      <DownloadMenu search={search} />
    </MoreWords>
  )
}

function DownloadMenu({ search: { liked, ...search } }: { search: QueueSearch }) {
  const t = useWords()
  const [busy, setBusy] = useState(false)
  const take = async (query: ExportQuery) => {
    setBusy(true)
    try {
      await download(query)
      showToast({ text: t('exporting.done') })
    } catch (error) {
      showToast({ text: t('exporting.failed', { why: problemWords(error, t) }), alert: true })
    } finally {
      setBusy(false)
    }
  }
  if (busy)
    return (
      <span className="meta" role="status">
        {t('exporting.making')}
      </span>
    )
  return (
    <Menu
      label={t('exporting.label')}
      labelled
      align="end"
      className="btn quiet s"
      button={
        <>
          <DownloadIcon className="i sm" aria-hidden="true" />
          {t('exporting.button')}
        </>
      }
    >
      <MenuItem onChoose={() => void take({ state: 'unanswered', ...search, ...(liked && { liked: 'true' }) })}>
        {t('exporting.shown')}
      </MenuItem>
      <MenuItem onChoose={() => void take({ state: 'all' })}>{t('exporting.all')}</MenuItem>
    </Menu>
  )
}

/** By a request and not by a link, so that it is of the workspace that the page shows, and a refusal is said here. */
async function download(query: ExportQuery): Promise<void> {
  const workspace = chosenWorkspace()
  const asked = new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])))
  const response = await fetch(`/api/v1/export/conversations.csv?${asked.toString()}`, {
    credentials: 'same-origin',
    headers: workspace === null ? {} : { 'X-Workspace': workspace },
  }).catch(() => {
    throw new ApiProblem(0, { title: 'The server was not reached' })
  })
  if (!response.ok) throw new ApiProblem(response.status, (await response.json().catch(() => ({}))) as Record<string, unknown>)
  const file = await response.blob().catch(() => {
    throw new ApiProblem(0, { title: 'The server was not reached' })
  })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'answerback.csv'
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
