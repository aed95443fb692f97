/** A call as it was made; `body` is the JSON or the form in it, an empty object without one. */
export type Asked = { method: string; path: string; query: string; headers: Headers; body: Record<string, unknown> }

/** A fetch whose calls are answered by `answer`: a JSON value, `[status, value]`, or a whole response. `asked` holds every call. */
export function answering(answer: (asked: Asked) => unknown): { fetch: typeof fetch; asked: Asked[] } {
  const asked: Asked[] = []
  return {
    asked,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const text = typeof init?.body === 'string' ? init.body : ''
      const body = text.startsWith('{')
        ? (JSON.parse(text) as Record<string, unknown>)
        : (Object.fromEntries(new URLSearchParams(text)) as Record<string, unknown>)
      const one = { method: init?.method ?? 'GET', path: url.pathname, query: url.search, headers: new Headers(init?.headers), body }
      asked.push(one)
      const answered = answer(one)
      if (answered instanceof Response) return answered
      return Array.isArray(answered) ? Response.json(answered[1], { status: Number(answered[0]) }) : Response.json(answered)
    },
  }
}
