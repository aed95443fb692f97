import { createContext, useContext } from 'react'
import type { Live } from './connect.ts'

const silent: Live = { sendPresence: () => {}, start: () => () => {} }
export const LiveContext = createContext<Live>(silent)

export function useLive(): Live {
  return useContext(LiveContext)
}
