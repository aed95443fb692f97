import type { Sandbox } from '../src/sandbox.ts'

type Node = {
  id: string
  message?: string
  from?: { id: string; name: string }
  parent?: { id: string }
  comments?: { data: Node[]; paging?: { next?: string } }
}

/** What the tests read of a Graph API answer. */
export type GraphBody = Node & {
  data: Node[]
  paging?: { next?: string }
  summary?: { total_count: number }
  success?: boolean
  error?: { code: number; error_subcode?: number; message: string; fbtrace_id: string }
}

/** Calls the pretend Graph API with the Page's token. A `form` makes it a POST unless told otherwise. */
export async function graph(
  sandbox: Sandbox,
  path: string,
  form?: Record<string, string>,
  method = form ? 'POST' : 'GET',
): Promise<{ status: number; body: GraphBody; headers: Headers }> {
  const url = path.startsWith('http') ? path : `${sandbox.urls.facebook}/v25.0/${path}`
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${sandbox.secrets.facebook.pageAccessToken}` },
    ...(form ? { body: new URLSearchParams(form) } : {}),
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as GraphBody }
}
