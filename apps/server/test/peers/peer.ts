import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Call } from './between.ts'

/** A server that we did not write, with an account of the brand and a fan; and what both do there without us. */
export type Peer = {
  platform: string
  /** Hosts of this machine that the product must be allowed to call. */
  hosts: string[]
  /** What somebody types into the connect form; the calls go through `between`. */
  settings: Record<string, string>
  /** Keeps an answer back, as `Between`. */
  keep(what: 'call' | 'answer', fits: (call: Call) => boolean): Promise<void>
  /** Whether a call writes a reply there. */
  writes(call: Call): boolean
  /** A fan writes below the brand's post. */
  comment(text: string): Promise<FanWords>
  /** The brand answers there itself, past the product. */
  answerThere(to: FanWords, text: string): Promise<void>
  edit?(words: FanWords, text: string): Promise<void>
  remove(words: FanWords): Promise<void>
  /** What a fan sees below those words: each answer's text. */
  answersSeen(to: FanWords): Promise<string[]>
  /** Everything that the brand has written below others' words, as its own records have it, shown or not. */
  answersKept(): Promise<string[]>
  close(): Promise<void>
}

export type FanWords = { id: string; text: string }

/** Where `npm run test:peers` puts what it installs. */
export const installed = fileURLToPath(new URL('../../../../node_modules/.cache/peers', import.meta.url))

/** Whether it could be installed on this machine; when not, the script has said why. */
export const isInstalled = (name: 'atproto' | 'wordpress'): boolean => existsSync(join(installed, name, '.installed-from'))
