import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { onStopSignal } from './stop-signal.ts'

function aProcess() {
  const source = new EventEmitter()
  const calls: string[] = []
  let nowMs = 1_000
  onStopSignal(source, () => nowMs, { stop: () => calls.push('stop'), force: () => calls.push('force') })
  return {
    calls,
    signal(name: string, afterMs: number) {
      nowMs += afterMs
      source.emit(name)
    },
  }
}

test('Ctrl-C under npm arrives twice and stops once', () => {
  const { calls, signal } = aProcess()
  signal('SIGINT', 0)
  signal('SIGINT', 3)
  expect(calls).toEqual(['stop'])
})

test('a person who presses again wants it at once', () => {
  const { calls, signal } = aProcess()
  signal('SIGTERM', 0)
  signal('SIGINT', 501)
  expect(calls).toEqual(['stop', 'force'])
})
