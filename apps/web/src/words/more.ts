import { doors, setup } from './en-doors.ts'
import { completeness } from './en-completeness.ts'
import { connecting } from './en-connecting.ts'
import { settings } from './en-settings.ts'
import { work } from './en-work.ts'

/** The words of doors, settings and completeness, which `MoreWords` gives to what is inside it. */
export const more = { completeness, doors, setup, settings, work, connecting } as const
