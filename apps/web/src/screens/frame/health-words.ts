import type { Channel } from '@answerback/core/api'
import { useCallback } from 'react'
import { useAtNow } from '../../clock/ticker.ts'
import { shortSpan } from '../../words/spans.ts'
import { useWords, type Words } from '../../words/words.tsx'

/** How a channel does, in short parts between dots: what came last and how fast, what reading found, when it is read again, what is left. Live. */
export function useHealthWords(channel: Channel): string {
  const t = useWords()
  return useAtNow(useCallback((now: number) => healthParts(channel, now, t).join(' · '), [channel, t]))
}

function healthParts({ health, can, lastDeliveryAt, lastPollAt, nextPollAt, tokenExpiresAt }: Channel, now: number, t: Words): string[] {
  const since = (iso: string) => shortSpan(t, Math.max(0, now - Date.parse(iso)), true)
  const { lastItemAt, lagMs, live, lastWebhookAt, foundByReading, past, quota, spent } = health
  const parts: string[] = []
  if (lastDeliveryAt === null) parts.push(t('channels.never'))
  if (lastItemAt !== null) parts.push(t('channels.lastItem', { span: since(lastItemAt) }))
  if (lagMs !== null) parts.push(t('channels.lag', { span: shortSpan(t, lagMs, true) }))
  if (can.webhook) parts.push(lastWebhookAt === null ? t('channels.noWebhook') : t('channels.lastWebhook', { span: since(lastWebhookAt) }))
  if (live !== null) parts.push(t('channels.live', { live }))
  if (foundByReading !== null) parts.push(t('channels.found', { count: foundByReading.count, span: since(foundByReading.at) }))
  if (lastPollAt !== null) parts.push(t('channels.lastPoll', { span: since(lastPollAt) }))
  if (nextPollAt !== null) parts.push(t('channels.nextPoll', { span: shortSpan(t, Math.max(0, Date.parse(nextPollAt) - now), true) }))
  if (past !== null)
    parts.push(
      t('channels.past', {
        days: since(past.backTo),
        reached: past.reachedAt === null ? 'none' : 'some',
        span: since(past.reachedAt ?? past.backTo),
      }),
    )
  if (quota !== null)
    parts.push(quota.of === null ? t('channels.left', { left: quota.left }) : t('channels.leftOf', { left: quota.left, of: quota.of }))
  if (tokenExpiresAt !== null) parts.push(tokenWords(tokenExpiresAt, now, t))
  if (spent !== null) parts.push(t('channels.spent', { usd: spent.usd.toFixed(2) }))
  return parts
}

/** How many days are left until the platform wants a person again. */
export function tokenWords(tokenExpiresAt: string, now: number, t: Words): string {
  const days = Math.floor((Date.parse(tokenExpiresAt) - now) / 86_400_000)
  return days < 0 ? t('channels.tokenEnded') : t('channels.tokenEnds', { days })
}
