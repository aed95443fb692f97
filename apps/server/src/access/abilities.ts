import type { Ability, Platform } from '@answerback/platforms/platform'

/** Whether this account may do it: its platform can, and connecting did not find that it lacks it. */
export function hasAbility(platform: Platform, settings: Record<string, string>, ability: Ability): boolean {
  const can = ability === 'reply' ? platform.can.reply !== false : Boolean(platform.can[ability])
  return can && !(settings.cannot ?? '').split(' ').includes(ability)
}
