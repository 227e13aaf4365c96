import type { Attempt } from './attempt.ts'

export interface Race<Piece> {
  /** Begins a call to the next provider; undefined: there is none left to ask. */
  next: () => Attempt<Piece> | undefined
  /** How long to wait for the call begun last before another is asked beside it. */
  hedgeAfterMs: (attempt: Attempt<Piece>) => number
  /** What it ends in when nobody could be asked. */
  nobody: () => Error
}

type News<Piece> =
  | { kind: 'begun'; attempt: Attempt<Piece> }
  | { kind: 'failed'; attempt: Attempt<Piece>; error: unknown }
  | { kind: 'late' }

/**
 * The call that is first to say something. One is asked; when it fails, or is later than usual, the next one is asked as
 * well, and whoever begins first is listened to.
 * @throws What the last of them failed of.
 */
export async function firstToBegin<Piece>(race: Race<Piece>, signal: AbortSignal): Promise<Attempt<Piece>> {
  const running = new Map<Attempt<Piece>, Promise<News<Piece>>>()
  let hedge: Hedge<Piece> | undefined
  let failure: { error: unknown } | undefined
  let isLast = false
  const ask = (): void => {
    hedge?.stop()
    hedge = undefined
    const attempt = isLast ? undefined : race.next()
    isLast = attempt === undefined
    if (attempt === undefined) return
    running.set(attempt, newsOf(attempt))
    hedge = hedgeAfter(race.hedgeAfterMs(attempt))
  }
  try {
    ask()
    for (;;) {
      if (running.size === 0) throw failure === undefined ? race.nobody() : failure.error
      const news = await Promise.race([...running.values(), ...(hedge === undefined ? [] : [hedge.late])])
      signal.throwIfAborted()
      if (news.kind === 'late') ask()
      else {
        running.delete(news.attempt)
        if (news.kind === 'begun') return news.attempt
        failure = { error: news.error }
        if (hedge !== undefined || running.size === 0) ask()
      }
    }
  } finally {
    hedge?.stop()
    for (const attempt of running.keys()) attempt.hangUp(signal.aborted ? 'stopped' : 'outrun')
  }
}

interface Hedge<Piece> {
  late: Promise<News<Piece>>
  stop: () => void
}

function hedgeAfter<Piece>(ms: number): Hedge<Piece> {
  const late = Promise.withResolvers<News<Piece>>()
  const timer = setTimeout(() => late.resolve({ kind: 'late' }), ms)
  return { late: late.promise, stop: () => clearTimeout(timer) }
}

function newsOf<Piece>(attempt: Attempt<Piece>): Promise<News<Piece>> {
  return attempt.begun.then(
    () => ({ kind: 'begun', attempt }),
    (error: unknown) => ({ kind: 'failed', attempt, error }),
  )
}
