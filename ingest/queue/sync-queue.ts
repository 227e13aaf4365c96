/**
 * What a survey found of an entry that has to be read. A worker reads it without asking the source again, and stores it
 * only over what was stored when the survey began.
 */
export interface FoundEntry {
  entry: string
  /** The source's, without our tag. */
  revision: string
  /** As it was stored, tag and all; null: nothing was. */
  replaces: string | null
}

/** Work that somebody took. Nobody else gets it until it is settled, or its lease ends because its owner fell silent. */
export interface Claim {
  /** Tells apart what one owner holds; means nothing to others. */
  id: string
  source: string
}

/** A sync of a whole source: at most one runs at a time, wherever the workers are. */
export interface SyncClaim extends Claim {
  kind: 'sync'
}

/** One entry of a source: at most one worker at a time has it. */
export interface EntryClaim extends Claim {
  kind: 'entry'
  entry: string
  /** Absent: somebody only said that it changed, or several surveys found different things: look at it first. */
  found?: Omit<FoundEntry, 'entry'> | undefined
  /** Failed attempts so far. */
  attempts: number
  /** How often its owner fell silent. The more often, the more likely it is what ended them. */
  takeovers: number
}

export type Outcome =
  | { kind: 'done' }
  /** `retry` false: trying the same again is of no use. After the last attempt an entry is a dead letter. */
  | { kind: 'failed'; reason: string; retry: boolean }
  /** Not worked on after all: it counts as no attempt. */
  | { kind: 'returned' }

export interface Settlement {
  claim: Claim
  outcome: Outcome
}

/** An entry whose last attempt failed. */
export interface FailedEntry {
  source: string
  entry: string
  /** `dead`: nobody tries again unless it is retried, changes, or the next sync finds that it still has to be read. */
  state: 'delayed' | 'dead'
  reason: string
  attempts: number
  failedAt: Date
}

export interface QueueCounts {
  source: string
  /** Entries that may be worked on now. */
  waiting: number
  running: number
  /** Entries that failed and are tried again later. */
  delayed: number
  dead: number
  sync: 'idle' | 'waiting' | 'running'
  /** When the next sync is due; in the past while it waits for a worker. */
  syncDueAt?: Date | undefined
  /** Why the last sync failed as a whole. */
  syncFailure?: string | undefined
  pause?: Pause | undefined
}

/** The source wants no calls until then. */
export interface Pause {
  until: Date
  /** Safe to show. */
  reason: string
}

/** How often and how soon work is tried again. */
export interface RetryRule {
  /** After so many failed attempts an entry is a dead letter. */
  attempts: number
  firstMs: number
  mostMs: number
}

/** Spreads over some 4 minutes: a provider's short outage is waited out, and no worker is kept busy by what stays broken. */
export const usualRetries: RetryRule = { attempts: 6, firstMs: 5000, mostMs: 120_000 }

/** An owner that says nothing for so long has lost what it holds; it renews three times as often. */
export const usualLeaseMs = 30_000

/** As many owners may end over an entry before it is a dead letter. */
export const mostTakeovers = 3

export const takenOverTooOften = `its worker ended ${mostTakeovers} times while working on it`

/** Doubles from one attempt to the next up to the most; half of it is left to chance, so that not all come at once. */
export function backoffMs(rule: RetryRule, failedAttempts: number): number {
  const full = Math.min(rule.mostMs, rule.firstMs * 2 ** (failedAttempts - 1))
  return Math.round(full * (0.5 + Math.random() / 2))
}

/**
 * What is to be synced, shared by all workers. It holds no truth: whatever is lost with it, the next survey of the source
 * finds again, since a sync's cursor is saved only when all that it found is stored or recorded as failed.
 */
export interface SyncQueue extends AsyncDisposable {
  /** Whoever holds something renews it well within this time. */
  readonly leaseMs: number
  /**
   * From now on this source is synced every so often; the first time after `firstInMs`, unless it is planned already.
   * Saying it again changes nothing but the interval.
   */
  plan(source: string, when: { everyMs: number; firstInMs: number }, signal: AbortSignal): Promise<void>
  /** No more syncs of this source; what waits of it is dropped. */
  unplan(source: string, signal: AbortSignal): Promise<void>
  /**
   * For webhooks and buttons: these entries, or all, changed or may have. They go before what surveys found, and are
   * looked at once more when they are just being worked on. Asking twice is asking once. A dead letter lives again.
   */
  request(source: string, entries: readonly string[] | 'all', signal: AbortSignal): Promise<void>
  /**
   * What a survey found. One that waits already with something else found is looked at afresh, as is one that is being
   * worked on; a dead letter that is found as it was gets one more attempt.
   */
  addEntries(source: string, entries: readonly FoundEntry[], signal: AbortSignal): Promise<void>
  /** Entries that another one led to: to be looked at, unless they wait, run or failed already. */
  addLeads(source: string, entries: readonly string[], signal: AbortSignal): Promise<void>
  /** Drops entries that wait or are dead letters: they are no longer at the source. What is running goes on. */
  dropEntries(source: string, entries: readonly string[], signal: AbortSignal): Promise<void>
  /** A sync that is due, if no other runs and the source is not paused. */
  takeSync(source: string, signal: AbortSignal): Promise<SyncClaim | undefined>
  /** Entries that wait, first come first served after what was requested; none while the source is paused. */
  takeEntries(source: string, limit: number, signal: AbortSignal): Promise<EntryClaim[]>
  /** @returns Those that are no longer held: somebody else may have them by now. */
  renew(claims: readonly Claim[], signal: AbortSignal): Promise<Claim[]>
  /** What is no longer held is left alone. */
  settle(settlements: readonly Settlement[], signal: AbortSignal): Promise<void>
  /** A source asked us to slow down: no worker takes anything of it until then. The longest pause counts. */
  pause(source: string, pause: Pause, signal: AbortSignal): Promise<void>
  /** Of every source that anything is known of. */
  counts(signal: AbortSignal): Promise<QueueCounts[]>
  /** Newest first. Absent source: of all. */
  failures(source: string | undefined, signal: AbortSignal): Promise<FailedEntry[]>
}
