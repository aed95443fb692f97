import { doors, setup } from './en-doors.ts'
import { completeness } from './en-completeness.ts'
import { connecting } from './en-connecting.ts'
import { exporting } from './en-export.ts'
import { search } from './en-search.ts'
import { settings } from './en-settings.ts'
import { work } from './en-work.ts'

/** The words of doors, settings, search and completeness, which `MoreWords` gives to what is inside it. */
export const more = { completeness, doors, setup, search, settings, work, connecting, exporting } as const
