import { Agent } from 'undici'

/**
 * Node's own fetch drops a connection after 4 idle seconds, and people think longer than that: each turn would begin by
 * connecting anew, which over TLS takes longer than all that we add to a turn. Servers close at 75 s (nginx) and later.
 */
const usualKeptMs = 60_000

/** What a connection says that the server closed while we wrote to it; nothing of an answer came. */
const closedMeanwhile = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/**
 * A fetch that keeps its connections for longer. A server that keeps them for less (uvicorn: 5 s) may close one just as it
 * is used; that request is made once more. Idle connections keep no process alive.
 */
export function keepingFetch(keptMs: number = usualKeptMs): typeof fetch {
  const dispatcher = new Agent({ keepAliveTimeout: keptMs })
  return async (input, init) => {
    const kept = { ...init, dispatcher }
    try {
      return await fetch(input, kept)
    } catch (error) {
      if (init?.signal?.aborted === true || !wasClosed(error)) throw error
      return await fetch(input, kept)
    }
  }
}

function wasClosed(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && closedMeanwhile.has(String(cause.code))
}
