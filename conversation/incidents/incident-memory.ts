import { z } from 'zod'
import type { Turn } from '#knowledge/conversation-store.ts'

export const Incident = z.object({
  id: z.string(),
  title: z.string(),
  startedBy: z.string(),
  startedAt: z.coerce.date(),
  endedAt: z.coerce.date().optional(),
})
/** Something that several people work on, by several channels perhaps. */
export type Incident = z.infer<typeof Incident>

export const EntryKind = z.enum([
  'started',
  'alert',
  'offered',
  'question',
  'unanswered',
  'step',
  'outdated',
  'voice',
  'note',
  'ended',
])

/** Something that happened, as the timeline has it. */
export interface IncidentEntry {
  kind: z.infer<typeof EntryKind>
  /** The name of a principal; '' for nobody. */
  by: string
  /** Plain words. */
  text: string
  /** What was shown for it. */
  cited?: Turn['cited'] | undefined
}

export interface TimelineEntry extends IncidentEntry {
  at: Date
  cited: Turn['cited']
}

export interface IncidentSummary {
  /** Lines of plain words, of the timeline alone. */
  text: string
  /** The model that put them so; undefined: they are the entries' own. */
  provider: string | undefined
}

/** What a conversation should know of the incident that it belongs to. */
export interface KnownIncident {
  incident: Incident
  summary: IncidentSummary
}

/**
 * What incidents remember: a timeline, conversations of several people and channels, and a summary of it all. Who sees a
 * channel sees what happened in it, so only what everybody there has seen belongs into a timeline.
 */
export interface IncidentMemory extends AsyncDisposable {
  /** Adds to the timeline, secrets masked and cut to a length that is good to read. */
  note(incident: Incident, entry: IncidentEntry, signal: AbortSignal): Promise<void>
  /** Oldest first. */
  timeline(incident: Incident, signal: AbortSignal): Promise<TimelineEntry[]>
  /**
   * As it stands; a model works on it between times, and what it has not taken in yet stands below.
   * @param isLast Everything is to be in it, which is waited for.
   */
  summary(incident: Incident, isLast: boolean, signal: AbortSignal): Promise<IncidentSummary>
  /** From now on this conversation belongs to it, and to none that it belonged to before. */
  tie(conversationId: string, incident: Incident, signal: AbortSignal): Promise<void>
  /** undefined: it belongs to none. */
  knownTo(conversationId: string, signal: AbortSignal): Promise<KnownIncident | undefined>
}
