import { start } from './program.ts'

/** The sandbox alone, from its sources. */
await start()
