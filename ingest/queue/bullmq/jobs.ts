import type { Job, JobsOptions } from 'bullmq'
import { z } from 'zod'
import type { EntryClaim, FoundEntry, RetryRule } from '../sync-queue.ts'

/** What a job for an entry says; BullMQ keeps it as JSON. */
const EntryData = z.object({
  entry: z.string(),
  revision: z.string().optional(),
  replaces: z.string().nullable().optional(),
  /** Says what was found; where somebody has noted another one since, what was found may be old. */
  mark: z.string(),
})
export type EntryData = z.infer<typeof EntryData>

/** BullMQ lets jobs without a priority go first: those that were requested. */
export const surveyedPriority = 10
export const neverFails = Number.MAX_SAFE_INTEGER

/** The entry that a job is for. */
export function entryOf(job: Job): EntryData {
  return EntryData.parse(job.data)
}

/** How jobs for an entry are told to be the same. BullMQ takes an empty name for none. */
export function nameOf(entry: string): string {
  return `=${entry}`
}

/** @param isNews A job that waits for its next attempt is brought forward. */
export function entryOptions(entry: string, { attempts }: RetryRule, isNews = true): JobsOptions {
  return {
    deduplication: { id: nameOf(entry), keepLastIfActive: true, reschedule: isNews },
    attempts,
    backoff: { type: 'custom' },
    removeOnComplete: true,
    removeOnFail: true,
  }
}

export function syncOptions(isRequest: boolean): JobsOptions {
  return {
    deduplication: isRequest ? { id: 'sync', keepLastIfActive: true, reschedule: true } : { id: 'sync' },
    removeOnComplete: true,
    removeOnFail: true,
    attempts: neverFails,
  }
}

/** Says what was found, so that it can be told from what is found later. */
export function markOf({ revision, replaces }: FoundEntry): string {
  return JSON.stringify([revision, replaces])
}

/** What was found, where anything was. */
export function foundIn({ revision, replaces }: EntryData): EntryClaim['found'] {
  return revision === undefined ? undefined : { revision, replaces: replaces ?? null }
}
