// `node scripts/run.mjs <server|cli|sandbox> [...args]`: builds that program if its sources changed, then becomes it.
import { buildProgram } from './build.mjs'

const [, , name, ...args] = process.argv
const program = await buildProgram(name)
process.argv = [process.argv[0], program, ...args]
await import(program)
