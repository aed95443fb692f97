import { doors, setup } from './en-doors.ts'
import { connecting } from './en-connecting.ts'
import { settings } from './en-settings.ts'
import { work } from './en-work.ts'

/** The words of doors and settings, which `MoreWords` gives to what is inside it. */
export const more = { doors, setup, settings, work, connecting } as const
