import type { AskLoop } from '#conversation/ask.ts'
import type { IncidentMemory } from '#conversation/incidents/incident-memory.ts'
import type { ConversationParts, SpeechParts } from '#conversation/parts.ts'
import type { Search } from '#knowledge/answer.ts'
import type { CallTickets } from '#knowledge/call-tickets.ts'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { Document, Verification } from '#knowledge/document.ts'
import type { DocumentStore } from '#knowledge/document-store.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { PassageLoader } from '#knowledge/passage-loader.ts'
import type { WorkLedger } from '#knowledge/work-ledger.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { AlertBoard } from './alerts/alert-board.ts'
import type { ChannelSettings } from './channel-settings.ts'
import type { SlackFiles } from './clips/slack-files.ts'
import type { InTurn } from './in-turn.ts'
import type { Incidents } from './incidents/incidents.ts'
import type { People, SlackPrincipal } from './people.ts'
import type { SlackCalls } from './slack-calls.ts'
import type { Threads } from './threads.ts'
import type { Unanswered } from './unanswered.ts'

/** Everything that something which happens in Slack may need. */
export interface ActingParts {
  ask: AskLoop
  search: Search
  calls: SlackCalls
  people: People
  threads: Threads
  conversations: ConversationStore
  documents: DocumentStore
  passages: PassageLoader
  freshnessOf: (document: Document, editedAt: Date, verification: Verification | undefined) => Freshness
  principals: readonly SlackPrincipal[]
  ledger: WorkLedger
  incidents: Incidents
  incidentMemory: IncidentMemory
  unanswered: Unanswered
  alerts: AlertBoard
  channels: readonly ChannelSettings[]
  /** Where people reach the web page; absent: nobody can be called. */
  publicUrl: string | undefined
  /** Let people whom Slack knows into the call that they asked for. */
  tickets: Pick<CallTickets, 'issue'>
  files: SlackFiles
  /** How recordings are heard and answers read aloud; absent: neither. */
  speech: SpeechParts | undefined
  /** The names that somebody may say and hear; absent: what is recognised is taken as it is. */
  vocabulary: ConversationParts['vocabulary']
  /** What changes one conversation does so one after the other. */
  inTurn: InTurn
  clock: Clock
  log: Log
  /** Posts to an address that Slack gave us with a command or a button. */
  respond: (url: string, body: Record<string, unknown>, signal: AbortSignal) => Promise<void>
}
