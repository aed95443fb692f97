import type { Channel } from '@answerback/core/api'
import type { Ability, Platform } from '@answerback/platforms/platform'

/** Whether this account may do it: its platform can, and connecting did not find that it lacks it. */
export function hasAbility(platform: Platform, settings: Record<string, string>, ability: Ability): boolean {
  const can = ability === 'reply' ? platform.can.reply !== false : Boolean(platform.can[ability])
  return can && !(settings.cannot ?? '').split(' ').includes(ability)
}

/** All that it may do there, as the API shows it. */
export function abilitiesOf(platform: Platform, settings: Record<string, string>): Channel['can'] {
  const { can } = platform
  const has = (ability: Ability) => hasAbility(platform, settings, ability)
  return {
    webhook: has('webhook'),
    ownWebhook: has('webhook') && platform.webhook?.perChannel === true,
    reply: has('reply'),
    oneReply: can.oneReply === true,
    editReply: has('editReply'),
    privateReply: has('privateReply'),
    like: has('like'),
    hide: has('hide'),
    remove: has('remove') ? (can.remove ?? 'none') : 'none',
    windowHours: { direct: can.windowHours?.direct ?? null, privately: can.windowHours?.privately ?? null },
    costs: platform.costs !== undefined,
  }
}
