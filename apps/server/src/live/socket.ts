import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { presenceSent, type ChangeFrame, type PresenceFrame } from '@answerback/core/api'

/** Who may listen: found from the handshake's cookie, or null to refuse. */
export type Listener = { workspaceId: string; userId: string; name: string }

export type Live = {
  publish(workspaceId: string, frame: ChangeFrame): void
  close(): Promise<void>
}

/** After this long without a sign somebody no longer looks at a conversation. */
const presenceMs = 40_000

/**
 * The browsers' socket. Rooms are computed here from membership, a client never names one. Every event is a frame that may be lost:
 * the browser notices a gap in `seq` and asks.
 */
export function openLive(
  http: HttpServer,
  options: {
    authorize(headers: Record<string, string | string[] | undefined>): Promise<Listener | null>
    seqOf(workspaceId: string): Promise<number>
    allowOrigin(origin: string | undefined, host: string | undefined): boolean
    now: () => Date
  },
): Live {
  const io = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
    transports: ['websocket', 'polling'],
    // A page of another site may not open a socket with the visitor's cookie.
    allowRequest: (request, decide) => decide(null, options.allowOrigin(request.headers.origin, request.headers.host)),
  })
  /** workspace -> conversation -> user -> { name, typing, at } */
  const present = new Map<string, Map<string, Map<string, { name: string; typing: boolean; at: number }>>>()

  io.use((socket, next) => {
    options.authorize(socket.handshake.headers).then(
      (listener) => {
        if (!listener) return next(new Error('unauthorized'))
        socket.data = listener
        next()
      },
      () => next(new Error('unavailable')),
    )
  })

  io.on('connection', (socket) => {
    const { workspaceId, userId, name } = socket.data as Listener
    // Joined before the number is read: a change between the two is heard, not missed.
    void socket.join(workspaceId)
    options.seqOf(workspaceId).then(
      (seq) => socket.emit('hello', { seq }),
      () => socket.disconnect(true),
    )
    let at: string | null = null
    const leave = () => {
      if (at === null) return
      const left = at
      at = null
      present.get(workspaceId)?.get(left)?.delete(userId)
      tell(workspaceId, left)
    }
    socket.on('presence', (sent: unknown) => {
      const parsed = presenceSent.safeParse(sent)
      if (!parsed.success) return
      const { conversationId, typing } = parsed.data
      if (at !== conversationId) leave()
      if (conversationId === null) return
      at = conversationId
      let conversations = present.get(workspaceId)
      if (!conversations) present.set(workspaceId, (conversations = new Map()))
      let people = conversations.get(conversationId)
      if (!people) conversations.set(conversationId, (people = new Map()))
      people.set(userId, { name, typing, at: options.now().getTime() })
      tell(workspaceId, conversationId)
    })
    socket.on('disconnect', leave)
  })

  function tell(workspaceId: string, conversationId: string): void {
    const people = present.get(workspaceId)?.get(conversationId)
    if (!people) return
    const oldest = options.now().getTime() - presenceMs
    for (const [id, person] of people) if (person.at < oldest) people.delete(id)
    if (people.size === 0) present.get(workspaceId)?.delete(conversationId)
    const frame: PresenceFrame = { conversationId, people: [...people].map(([id, { name, typing }]) => ({ id, name, typing })) }
    io.to(workspaceId).emit('presence', frame)
  }

  return {
    publish: (workspaceId, frame) => void io.to(workspaceId).emit('change', frame),
    close: () => io.close(),
  }
}
