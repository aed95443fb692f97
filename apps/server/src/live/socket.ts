import type { Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { presenceSent, type ChangeFrame } from '@answerback/core/api'
import { roomOf, type Cut } from './cut.ts'
import { openPresence } from './presence.ts'
import type { Relay, Told } from './relay.ts'

/** Who may listen: found from the handshake's cookie, or null to refuse. `sessionId` is null for a key. */
export type Listener = { workspaceId: string; userId: string; name: string; sessionId: string | null }

export type Live = {
  publish(workspaceId: string, frame: ChangeFrame): void
  /** Closes somebody's sockets, in every process. */
  cut: Cut
  /** Begins to hear other processes, if there may be any. */
  listen(): Promise<void>
  close(): Promise<void>
}

/** How often the newest change is compared with what the browsers here were sent, unless told otherwise: the longest that a lost frame goes unnoticed. */
const usualCompareEveryMs = 10_000

/** How often everybody who listens is asked for again: the longest that one listens on whose session ended by itself, or who was removed past the server. */
const usualRecheckEveryMs = 30_000

/**
 * The browsers' socket. Rooms are computed here from membership, a client never names one. Every event is a frame that may be lost:
 * the browser notices a gap in `seq` and asks, and is told of a newer `seq` where the last frame was lost. Browsers of other processes are reached through `relay`.
 */
export function openLive(
  http: HttpServer,
  options: {
    /** `workspace`: the one that a person of several chose. */
    authorize(headers: Record<string, string | string[] | undefined>, workspace: string | undefined): Promise<Listener | null>
    seqOf(workspaceId: string): Promise<number>
    allowOrigin(origin: string | undefined, host: string | undefined): boolean
    now: () => Date
    /** The other processes, and what this one is called among them. None when this process is alone. */
    relay?: { id: string; open: Relay }
    compareEveryMs?: number
    recheckEveryMs?: number
  },
): Live {
  const io = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
    transports: ['websocket', 'polling'],
    // A page of another site may not open a socket with the visitor's cookie.
    allowRequest: (request, decide) => decide(null, options.allowOrigin(request.headers.origin, request.headers.host)),
  })
  const present = openPresence(() => options.now().getTime())
  /** The highest number that the browsers here were sent, of each workspace that has some. */
  const sent = new Map<string, number>()
  const noteSent = (workspaceId: string, seq: number) => void sent.set(workspaceId, Math.max(seq, sent.get(workspaceId) ?? 0))

  io.use((socket, next) => {
    authorize(socket).then(
      (listener) => {
        if (!listener) return next(new Error('unauthorized'))
        socket.data = listener
        next()
      },
      () => next(new Error('unavailable')),
    )
  })

  io.on('connection', (socket) => {
    const { workspaceId, userId, name, sessionId } = socket.data as Listener
    void socket.join([roomOf({ workspaceId, userId }), ...(sessionId === null ? [] : [roomOf({ sessionId })])])
    // Joined before the number is read: a change between the two is heard, not missed.
    void socket.join(workspaceId)
    options.seqOf(workspaceId).then(
      (seq) => {
        if (!sent.has(workspaceId)) noteSent(workspaceId, seq)
        socket.emit('hello', { seq })
      },
      () => socket.disconnect(true),
    )
    let at: string | null = null
    const leave = () => {
      if (at === null) return
      const left = at
      at = null
      present.leave(workspaceId, left, userId)
      tellPresence(workspaceId, left)
    }
    socket.on('presence', (sent: unknown) => {
      const parsed = presenceSent.safeParse(sent)
      if (!parsed.success) return
      const { conversationId, typing } = parsed.data
      if (at !== conversationId) leave()
      if (conversationId === null) return
      at = conversationId
      present.sign(workspaceId, conversationId, { id: userId, name, typing })
      tellPresence(workspaceId, conversationId)
    })
    socket.on('disconnect', leave)
  })

  function authorize({ handshake }: Socket): Promise<Listener | null> {
    const { workspace } = handshake.auth
    return options.authorize(handshake.headers, typeof workspace === 'string' ? workspace : undefined)
  }

  async function recheck(): Promise<void> {
    for (const socket of io.sockets.sockets.values()) {
      const still = await authorize(socket)
      if (still?.workspaceId !== (socket.data as Listener).workspaceId) socket.disconnect(true)
    }
  }

  function tellPresence(workspaceId: string, conversationId: string): void {
    io.to(workspaceId).emit('presence', present.frame(workspaceId, conversationId))
    if (!options.relay) return
    const { id, open } = options.relay
    open.tell({ kind: 'presence', from: id, workspaceId, conversationId, people: present.ours(workspaceId, conversationId) })
  }

  function emitChange(workspaceId: string, frame: ChangeFrame): void {
    noteSent(workspaceId, frame.seq)
    io.to(workspaceId).emit('change', frame)
  }

  function cutHere(room: string, removed: boolean): void {
    if (removed) io.in(room).emit('removed')
    io.in(room).disconnectSockets(true)
  }

  function hear(told: Told): void {
    if (told.kind === 'cut') return cutHere(told.room, told.removed === true)
    const { workspaceId } = told
    // Nobody here listens in that workspace.
    if (!io.sockets.adapter.rooms.has(workspaceId) && told.kind !== 'presence') return
    if (told.kind === 'change') return emitChange(workspaceId, told.frame)
    if (told.kind === 'seq') {
      noteSent(workspaceId, told.seq)
      return void io.to(workspaceId).emit('hello', { seq: told.seq })
    }
    present.hear(told.from, workspaceId, told.conversationId, told.people)
    io.to(workspaceId).emit('presence', present.frame(workspaceId, told.conversationId))
  }

  async function compare(): Promise<void> {
    for (const [workspaceId, before] of sent) {
      if (!io.sockets.adapter.rooms.has(workspaceId)) {
        sent.delete(workspaceId)
        continue
      }
      const seq = await options.seqOf(workspaceId)
      // Only what is still unsent after it was read: a frame may just be on its way.
      if (seq > Math.max(before, sent.get(workspaceId) ?? 0)) {
        noteSent(workspaceId, seq)
        io.to(workspaceId).emit('hello', { seq })
      }
    }
  }

  // The database is away: the next round compares again.
  const comparing = setInterval(() => void compare().catch(() => undefined), options.compareEveryMs ?? usualCompareEveryMs)
  comparing.unref()
  const rechecking = setInterval(() => void recheck().catch(() => undefined), options.recheckEveryMs ?? usualRecheckEveryMs)
  rechecking.unref()

  return {
    publish(workspaceId, frame) {
      emitChange(workspaceId, frame)
      options.relay?.open.tell({ kind: 'change', workspaceId, frame })
    },
    cut(target, why) {
      const room = roomOf(target)
      cutHere(room, why === 'removed')
      options.relay?.open.tell({ kind: 'cut', room, removed: why === 'removed' })
    },
    listen: async () => options.relay?.open.listen(hear),
    close() {
      clearInterval(comparing)
      clearInterval(rechecking)
      return io.close()
    },
  }
}
