import type { ConversationRow } from '@answerback/core/api'
import { Check, Moon, Reply as ReplyIcon, UserRoundPlus } from 'lucide-react'
import { type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { useMay } from '../../ui/me.tsx'
import { useWords } from '../../words/words.tsx'
import { AssignMenu } from '../thread/assign-menu.tsx'
import { ReasonDialog } from '../thread/reason-dialog.tsx'
import { SnoozeMenu } from '../thread/snooze-menu.tsx'
import { useActions } from '../thread/use-actions.ts'
import { useListHandle } from './list-context.ts'
import { nameOf } from './row-words.ts'
import { actionsPx, beginSwipe, endSwipe, moveSwipe, type Swipe } from './swipe.ts'

/** Closes the row whose actions lie open; one at a time. */
let closeOther: (() => void) | null = null

/**
 * On a phone a row can be pulled aside: forward to reply, backward for assign, snooze and no reply. Without dragging, the thread
 * offers the same. What is not revealed is not in the tree of a screen reader either.
 */
export function SwipeRow({ row, children }: { row: ConversationRow; children: ReactNode }) {
  const mayAct = useMay('reply.send')
  const list = useListHandle()
  const swipe = useRef<Swipe | null>(null)
  const [dx, setDx] = useState(0)
  const [open, setOpen] = useState(false)
  if (!mayAct) return children

  const onPointerDown = (event: PointerEvent) => {
    if (event.pointerType === 'touch') swipe.current = beginSwipe(event.clientX, event.clientY, innerWidth)
  }
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (swipe.current === null) return
    const next = moveSwipe(swipe.current, event.clientX, event.clientY, isRtl())
    if (next.axis === 'x' && swipe.current.axis === 'unknown') event.currentTarget.setPointerCapture(event.pointerId)
    swipe.current = next
    setDx(next.dx)
  }
  const onPointerEnd = () => {
    const outcome = swipe.current === null ? 'nothing' : endSwipe(swipe.current)
    // A press that was a swipe must not open the row as well; the click comes right after.
    if (swipe.current?.axis === 'x') addEventListener('click', swallow, { capture: true, once: true })
    setTimeout(() => removeEventListener('click', swallow, { capture: true }), 50)
    swipe.current = null
    setDx(0)
    closeOther?.()
    setOpen(outcome === 'actions')
    closeOther = outcome === 'actions' ? () => setOpen(false) : null
    if (outcome === 'reply') {
      navigator.vibrate?.(10)
      list.open(row.id, { reply: true })
    }
  }
  const shift = open && dx === 0 ? -actionsPx : dx
  return (
    <div className="swp" data-side={shift > 0 ? 'reply' : shift < 0 ? 'actions' : undefined}>
      {shift > 0 && <ReplyHint />}
      {shift < 0 && <RowActions row={row} onDone={() => setOpen(false)} />}
      <div
        className="slid"
        style={{ translate: `${isRtl() ? -shift : shift}px`, transition: dx === 0 ? 'translate 180ms' : 'none' }}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerEnd}
        onPointerCancel={onPointerEnd}
      >
        {children}
      </div>
    </div>
  )
}

function ReplyHint() {
  const t = useWords()
  return (
    <span className="acts l" aria-hidden="true">
      <ReplyIcon className="i" />
      {t('thread.reply')}
    </span>
  )
}

function RowActions({ row, onDone }: { row: ConversationRow; onDone: () => void }) {
  const t = useWords()
  const actions = useActions()
  const list = useListHandle()
  const [closing, setClosing] = useState(false)
  return (
    <div className="acts" role="row" aria-label={t('thread.more')}>
      <div role="gridcell">
        <AssignMenu
          row={row}
          actions={actions}
          className="act"
          label={t('thread.assign')}
          button={
            <>
              <UserRoundPlus className="i" aria-hidden="true" />
              {t('swipe.assign')}
            </>
          }
        />
        <SnoozeMenu
          row={row}
          actions={actions}
          className="act"
          button={
            <>
              <Moon className="i" aria-hidden="true" />
              {t('composer.snooze')}
            </>
          }
        />
        <button type="button" className="act" onClick={() => setClosing(true)}>
          <Check className="i" aria-hidden="true" />
          {t('swipe.noReply')}
        </button>
        {closing && (
          <ReasonDialog
            row={row}
            onClose={() => {
              setClosing(false)
              onDone()
            }}
            onReply={() => list.open(row.id, { reply: true })}
            onChoose={(reason, note) => void actions.closeTurn(row, reason, note, nameOf(row.contact, t))}
          />
        )}
      </div>
    </div>
  )
}

function swallow(event: Event): void {
  event.stopPropagation()
  event.preventDefault()
}

function isRtl(): boolean {
  return document.documentElement.dir === 'rtl'
}
