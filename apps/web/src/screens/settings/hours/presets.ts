import { type OpenInterval, roundTheClock } from '@answerback/core/hours'

const nineToFive = (days: number[]): OpenInterval[] => days.map((day) => ({ day, from: '09:00', to: '17:00' }))

/** Weeks to begin with. */
export const presets = {
  office: nineToFive([1, 2, 3, 4, 5]),
  daily: nineToFive([1, 2, 3, 4, 5, 6, 7]),
  always: roundTheClock,
} as const satisfies Record<string, OpenInterval[]>

export type Preset = keyof typeof presets
export const presetNames = Object.keys(presets) as Preset[]

/** The preset that a week is, if it is one. */
export function presetOf(week: readonly OpenInterval[]): Preset | null {
  const said = (list: readonly OpenInterval[]) => JSON.stringify(list.map(({ day, from, to }) => [day, from, to]))
  return presetNames.find((name) => said(presets[name]) === said(week)) ?? null
}
