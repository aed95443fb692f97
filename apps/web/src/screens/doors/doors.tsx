import { Outlet } from '@tanstack/react-router'
import { Suspense } from 'react'
import { MoreWords } from '../../words/more-words.tsx'

/** Gives the pages before the inbox their words. */
export function Doors() {
  return (
    <MoreWords>
      <Suspense>
        <Outlet />
      </Suspense>
    </MoreWords>
  )
}
