/** Something that was taken on. `note` is opaque to the ledger. */
export interface Work {
  id: string
  note: string
  /** How often somebody else had to take it over. */
  takeovers: number
}

export interface WorkBegun {
  id: string
  note: string
  at: Date
  /** Whoever took it on says so again before then, or it counts as left lying. */
  leaseUntil: Date
}

/**
 * Work that is done once, whoever hears of it and however often: of many who begin the same, in whatever process, one
 * may. A write is durable when its promise resolves.
 */
export interface WorkLedger extends AsyncDisposable {
  /** @returns false: that work was begun before, whatever became of it. */
  begin(work: WorkBegun, signal: AbortSignal): Promise<boolean>
  /** Somebody is still at it. Unknown or finished work: nothing happens. */
  keep(work: Pick<WorkBegun, 'id' | 'note' | 'leaseUntil'>, signal: AbortSignal): Promise<void>
  /** Nobody takes it over any more; the note is the last word on it. */
  finish(id: string, note: string, signal: AbortSignal): Promise<void>
  /** What was finished is begun again, by one. @returns false: somebody is at it, or nobody ever was. */
  reopen(work: Pick<WorkBegun, 'id' | 'note' | 'leaseUntil'>, signal: AbortSignal): Promise<boolean>
  /** The last note on it. Unknown: undefined. */
  note(id: string, signal: AbortSignal): Promise<string | undefined>
  /** Work whose lease has ended becomes the caller's, oldest first; of several callers at once, one gets it. */
  takeOver(now: Date, leaseUntil: Date, limit: number, signal: AbortSignal): Promise<Work[]>
  /** Drops what is finished and was begun before that time. */
  forgetBefore(time: Date, signal: AbortSignal): Promise<void>
}
