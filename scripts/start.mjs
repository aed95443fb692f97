// Builds what changed, then becomes the server: one process, so that a signal reaches it once and its exit code is ours.
import { buildProgram, buildWeb } from './build.mjs'

try {
  const [program] = await Promise.all([buildProgram('server'), buildProgram('sandbox'), buildWeb()])
  await import(program)
} catch (error) {
  console.error(error)
  process.exit(1)
}
