import { describe, expect, test } from 'vitest'
import { withLater } from './later.ts'

/** Writes as a transaction answers them: in order, and once one failed all others do, for that reason alone. */
function openTransaction() {
  const answered: string[] = []
  let before: Promise<unknown> = Promise.resolve()
  let broken = false
  return {
    answered,
    write(name: string, fails = false): Promise<void> {
      const answer = before.then(() => {
        if (broken) throw new Error('the transaction is aborted')
        broken = fails
        if (fails) throw new Error(name)
        answered.push(name)
      })
      before = answer.catch(() => {})
      return answer
    },
  }
}

describe('writes that nobody waits for', () => {
  test('are all answered when the work is done', async () => {
    const { write, answered } = openTransaction()
    const result = await withLater(async (later) => {
      later(write('one'))
      later(write('two'))
      return answered.length
    })
    expect(result).toBe(0)
    expect(answered).toEqual(['one', 'two'])
  })

  test('fail the work by what failed first, not by what it broke', async () => {
    const { write } = openTransaction()
    const work = withLater(async (later) => {
      later(write('one'))
      later(write('two', true))
      later(write('three'))
      await write('read')
    })
    await expect(work).rejects.toThrow('two')
  })

  test('are waited for when the work itself fails', async () => {
    const { write, answered } = openTransaction()
    const work = withLater(async (later) => {
      later(write('one'))
      throw new Error('cannot read this')
    })
    await expect(work).rejects.toThrow('cannot read this')
    expect(answered).toEqual(['one'])
  })
})
