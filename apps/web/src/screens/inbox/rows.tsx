import { type RefObject, useEffect, useImperativeHandle, useMemo, useRef, type Ref } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { usePhone } from '../../ui/use-phone.ts'
import { Ghost } from './ghost.tsx'
import { Row } from './row.tsx'
import { SwipeRow } from './swipe-row.tsx'
import type { Line } from './use-ghosts.ts'

const rowPx = 76
const rowTouchPx = 92

export type RowsHandle = { focus: (id: string) => void }

type Props = {
  ref: Ref<RowsHandle>
  scroller: RefObject<HTMLDivElement | null>
  lines: Line[]
  label: string
  total: number
  cursorId: string | null
  selectedId: string | null
  onOpen: (id: string) => void
  onNearEnd: () => void
  onScrolled: (top: number) => void
  prepended: boolean
}

/** The virtualised grid. The cursor's row stays mounted wherever the list is scrolled, so that focus is never lost. */
export function Rows({ ref, scroller, lines, label, total, cursorId, selectedId, onOpen, onNearEnd, onScrolled, prepended }: Props) {
  const list = useRef<VirtualizerHandle>(null)
  const phone = usePhone()
  const cursorAt = lines.findIndex((line) => line.row.id === cursorId)
  const focusAt = cursorAt === -1 ? lines.findIndex((line) => line.ended === null) : cursorAt
  const keepMounted = useMemo(() => (focusAt === -1 ? [] : [focusAt]), [focusAt])

  useImperativeHandle(ref, () => ({
    focus: (id) => {
      const at = lines.findIndex((line) => line.row.id === id)
      if (at === -1) return
      list.current?.scrollToIndex(at, { align: 'nearest' })
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[role=row][data-id="${id}"]`)?.focus({ preventScroll: true }),
      )
    },
  }))

  useEffect(() => {
    if (selectedId === null) return
    const at = lines.findIndex((line) => line.row.id === selectedId)
    if (at !== -1) list.current?.scrollToIndex(at, { align: 'nearest' })
    // Only when another row was chosen: a list that moves by itself must not pull the view along.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [selectedId])

  return (
    <div ref={scroller} className="rows" role="grid" id="list" aria-label={label} aria-rowcount={total}>
      <Virtualizer
        ref={list}
        data={lines}
        scrollRef={scroller}
        itemSize={phone ? rowTouchPx : rowPx}
        keepMounted={keepMounted}
        shift={prepended}
        onScroll={(offset) => {
          onScrolled(offset)
          const handle = list.current
          if (handle !== null && handle.scrollSize - offset - handle.viewportSize < 800) onNearEnd()
        }}
      >
        {(line, index) => {
          if (line.ended !== null) return <Ghost key={line.row.id} line={line} index={index} />
          const row = (
            <Row
              key={line.row.id}
              row={line.row}
              index={index}
              cursor={index === focusAt}
              selected={line.row.id === selectedId}
              onOpen={onOpen}
            />
          )
          return phone && line.row.waitingSince !== null ? (
            <SwipeRow key={line.row.id} row={line.row}>
              {row}
            </SwipeRow>
          ) : (
            row
          )
        }}
      </Virtualizer>
    </div>
  )
}
