import { z } from 'zod'

/** The shapes of what a workspace decides about its work: reasons, targets, hours. Same rules as `core/api`. */
export const timeZone = z.string().min(1).max(64).refine(isTimeZone, 'is no time zone; write it as in Europe/Lisbon')
/** From a minute to thirty days. */
export const targetSeconds = z.number().int().min(60).max(2_592_000)
export const targetClock = z.enum(['calendar', 'business'])
export const target = z.object({ seconds: targetSeconds, clock: targetClock })
export type TargetView = z.infer<typeof target>

const wall = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'is no time of day; write it as in 09:00')
const interval = z
  .object({ day: z.number().int().min(1).max(7), from: wall, to: wall })
  .refine(({ from, to }) => from < to, 'ends before it begins; a night is two: until 24:00, and from 00:00 of the next day')
/**
 * When somebody is there: any number of intervals a day (1 Monday to 7 Sunday) in local time, and local dates closed all day. At least one interval;
 * those of one day lie apart.
 */
export const hours = z.object({
  week: z
    .array(interval)
    .min(1, 'choose at least one day on which somebody is there')
    .max(70)
    .superRefine((week, ctx) => {
      for (const [at, one] of week.entries())
        if (week.some((other, index) => index < at && overlap(one, other)))
          ctx.addIssue({ code: 'custom', path: [at], message: 'overlaps another time of the same day' })
    }),
  holidays: z.array(z.iso.date()).max(200),
})
export type Hours = z.infer<typeof hours>
/** A channel's own hours name their zone; the workspace's are in the workspace's. */
export const channelHours = hours.extend({ timeZone })
export type ChannelHours = z.infer<typeof channelHours>

/** `revision` names what was read; writing with another than the current one is refused with 409 `changed_meanwhile`. */
const revision = z.string().min(1).max(64)

/** `GET /targets`: the workspace's target and hours, and each channel's own; null: as the workspace's. */
export const targets = z.object({
  timeZone,
  target,
  hours,
  revision,
  channels: z.array(z.object({ id: z.uuid(), target: target.nullable(), hours: channelHours.nullable(), revision })),
})
export type Targets = z.infer<typeof targets>
/** `PUT /targets`, `PUT /channels/:id/targets` -> 200 `targets`. What is left out stays. */
export const targetsBody = z.object({ target: target.optional(), hours: hours.optional(), revision })
export const channelTargetsBody = z.object({ target: target.nullable().optional(), hours: channelHours.nullable().optional(), revision })

const reasonName = z.string().trim().min(1, 'give it a name').max(60)
const reasonOwn = { class: z.enum(['not_owed', 'declined']), needs: z.enum(['link', 'text']).nullable(), retired: z.boolean() }
export const reason = z.object({ id: z.string(), name: z.string().nullable(), ...reasonOwn })
/** `GET /reasons`, in the order of their keys, retired ones last; `PUT /reasons` -> 200 the same. */
export const reasonList = z.object({ items: z.array(reason), revision })
export type ReasonList = z.infer<typeof reasonList>
/** The whole list. `id` null adds one. */
export const reasonsBody = z.object({
  items: z.array(z.object({ id: z.string().max(64).nullable(), name: reasonName.nullable(), ...reasonOwn })).max(200),
  revision,
})

function overlap(one: z.infer<typeof interval>, other: z.infer<typeof interval>): boolean {
  return one.day === other.day && one.from < other.to && other.from < one.to
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}
