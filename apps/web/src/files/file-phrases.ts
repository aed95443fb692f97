import type { MediaLimit } from '@answerback/core/reply-limit'
import type { ApiProblem } from '../api/call.ts'
import type { Words } from '../words/words.tsx'
import { takenTypes, type Unfit } from './fits.ts'

/** So many types of one size are named one by one; more are named by their kind. */
const mostNamed = 6
/** So many files are named that were left out. */
const mostTold = 3

/** Why files were left out, and what the platform would take. */
export function unfitWords(t: Words, names: readonly string[], unfit: Unfit, limit: MediaLimit, platform: string): string {
  const told = names.slice(0, mostTold).map((name) => `“${name}”`)
  const more = names.length - told.length
  const which = t('files.leftOut', {
    count: names.length,
    names: listed(more > 0 ? [...told, t('files.andMore', { more })] : told, 'conjunction'),
  })
  return t('files.leftOutAs', { which, why: whyUnfit(t, unfit, limit, platform) })
}

function whyUnfit(t: Words, unfit: Unfit, limit: MediaLimit, platform: string): string {
  if (unfit.why === 'type') return t('files.unfit.type', { platform, taken: takenWords(t, limit) })
  if (unfit.why === 'tooMany') return t('files.unfit.tooMany', { platform, max: unfit.max })
  if (unfit.why === 'tooLargeTogether') return t('files.unfit.tooLargeTogether', { platform, max: sizeWords(t, unfit.totalBytes) })
  if (unfit.why === 'pixels') return t('files.unfit.pixels', { platform, ...unfit.pixels })
  if (unfit.why !== 'tooLarge') return t(`files.unfit.${unfit.why}`, { platform })
  const max = sizeWords(t, unfit.maxBytes)
  if (unfit.moves) return t('files.unfit.tooLargeMoves', { platform, max })
  return t(unfit.theirs ? 'files.unfit.tooLarge' : 'files.unfit.tooLargeHere', { platform, max })
}

/** "JPEG, PNG or WebP up to 1 MB and MP4 up to 10 MB". */
export function takenWords(t: Words, limit: MediaLimit): string {
  const bySize = new Map<string, string[]>()
  for (const { names, kinds, maxBytes } of takenTypes(limit)) {
    const max = sizeWords(t, maxBytes)
    const named = names.length > mostNamed ? kinds.map((kind) => kindWords(t, kind)) : names
    bySize.set(max, [...(bySize.get(max) ?? []), ...named])
  }
  const groups = [...bySize].map(([max, names]) => t('files.upTo', { names: listed([...new Set(names)], 'disjunction'), max }))
  return listed(groups, 'conjunction')
}

/** "940 KB", "1.2 MB": rounded down, so that a limit is never overstated. */
export function sizeWords(t: Words, bytes: number): string {
  if (bytes < 1_000) return t('files.size.b', { n: bytes })
  if (bytes < 1_000_000) return t('files.size.kb', { n: Math.floor(bytes / 1_000) })
  const mb = bytes / 1_000_000
  return t('files.size.mb', { n: mb >= 10 ? Math.floor(mb) : Math.floor(mb * 10) / 10 })
}

/** Whether the same file may get through another time: what the server has judged it will judge again. */
export function mayRetry({ status }: ApiProblem): boolean {
  return status < 400 || status === 401 || status === 408 || status === 429 || status >= 500
}

/** Why a file did not get to the server. */
export function failureWords(t: Words, problem: ApiProblem): string {
  if (problem.status === 0) return t('files.failedOffline')
  return problem.status >= 500 || problem.detail === '' ? t('files.failedOther') : t('files.failed', { why: sentenceOf(problem.detail) })
}

/** Without the name of the field, which only programs know. */
function sentenceOf(detail: string): string {
  const words = detail.replace(/^[\w.-]+: /, '')
  return words.charAt(0).toLocaleUpperCase() + words.slice(1)
}

function kindWords(t: Words, kind: string): string {
  const key = `files.kind.${kind}` as 'files.kind.other'
  return t.has(key) ? t(key) : t('files.kind.other')
}

function listed(words: readonly string[], type: 'conjunction' | 'disjunction'): string {
  return new Intl.ListFormat('en-GB', { type }).format(words)
}
