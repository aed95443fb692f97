/** Sends a write whose answer nobody needs. */
export type Later = (write: PromiseLike<unknown>) => void

/**
 * Runs `run`, which may send writes without waiting for their answers: a connection answers in the order it was asked. All are answered when this settles,
 * and it fails with what failed first: what came after in the transaction fails only because of that.
 */
export async function withLater<T>(run: (later: Later) => Promise<T>): Promise<T> {
  const writes: Promise<void>[] = []
  const failures: unknown[] = []
  const noteFailure = (error: unknown) => void failures.push(error)
  // `then` at once: a query of Drizzle is sent by it.
  const later: Later = (write) => void writes.push(Promise.resolve(write.then(() => {}, noteFailure)))
  const [result] = await Promise.allSettled([run(later)])
  await Promise.all(writes)
  if (result.status === 'rejected') noteFailure(result.reason)
  if (result.status === 'rejected' || failures.length > 0) throw failures[0]
  return result.value
}
