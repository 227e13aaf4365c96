import { z } from 'zod'
import type { ConversationStore, Turn } from '#knowledge/conversation-store.ts'
import { detectLang } from '#knowledge/language.ts'
import { maskSecrets } from '#knowledge/secrets.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { jsonOf } from '../threads.ts'

export interface IncidentPlace {
  team: string
  channel: string
}

const Incident = z.object({
  id: z.string(),
  title: z.string(),
  startedBy: z.string(),
  startedAt: z.coerce.date(),
  endedAt: z.coerce.date().optional(),
})
export type Incident = z.infer<typeof Incident>

const Kind = z.enum([
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
const Heading = z.object({ kind: Kind, by: z.string() })

/** Something that happened, as the timeline has it. */
export interface IncidentEntry {
  kind: z.infer<typeof Kind>
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

const keeper = 'slack\nincident'
const longestEntry = 1000
const mostEntries = 1000

/** Which channel an incident is worked on in, and what happened there. Kept where conversations are. */
export class Incidents {
  readonly #parts: { conversations: ConversationStore; clock: Clock; log: Log }
  #entries = 0

  constructor(parts: { conversations: ConversationStore; clock: Clock; log: Log }) {
    this.#parts = parts
  }

  /** @returns undefined: none is under way there. */
  async current(place: IncidentPlace, signal: AbortSignal): Promise<Incident | undefined> {
    const saved = await this.#parts.conversations.position(keyOf(place), keeper, signal)
    const incident = saved === undefined ? undefined : Incident.safeParse(jsonOf(saved)).data
    return incident?.endedAt === undefined ? incident : undefined
  }

  /** @returns the one that is under way there from now on; undefined: another one is. */
  async start(
    place: IncidentPlace,
    given: { title: string; by: string },
    signal: AbortSignal,
  ): Promise<Incident | undefined> {
    if ((await this.current(place, signal)) !== undefined) return undefined
    const startedAt = this.#parts.clock.now()
    const title = maskSecrets(given.title).text.slice(0, 200)
    const incident = { id: `${keyOf(place)}/${startedAt.getTime()}`, title, startedBy: given.by, startedAt }
    await this.#save(place, incident, signal)
    await this.note(place, { kind: 'started', by: given.by, text: title }, signal)
    return incident
  }

  /** @returns what ended, with all that happened; undefined: nothing was under way. */
  async end(
    place: IncidentPlace,
    by: string,
    signal: AbortSignal,
  ): Promise<{ incident: Incident; timeline: TimelineEntry[] } | undefined> {
    const incident = await this.current(place, signal)
    if (incident === undefined) return undefined
    await this.note(place, { kind: 'ended', by, text: '' }, signal)
    const ended = { ...incident, endedAt: this.#parts.clock.now() }
    await this.#save(place, ended, signal)
    return { incident: ended, timeline: await this.timeline(incident, signal) }
  }

  /** Adds to the timeline, where an incident is under way; what can't be added is done without. */
  async note(place: IncidentPlace, entry: IncidentEntry, signal: AbortSignal): Promise<void> {
    const { conversations, clock, log } = this.#parts
    try {
      const incident = await this.current(place, signal)
      if (incident === undefined) return
      const at = clock.now()
      this.#entries += 1
      const answer = maskSecrets(entry.text).text.slice(0, longestEntry)
      await conversations.addTurn(
        {
          traceId: `${incident.id}/${at.getTime()}-${process.pid}-${this.#entries}`,
          conversationId: incident.id,
          principal: keeper,
          question: JSON.stringify({ kind: entry.kind, by: entry.by }),
          standalone: '',
          lang: detectLang(answer),
          answer,
          abstained: false,
          cited: entry.cited ?? [],
          at,
        },
        signal,
      )
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ err, kind: entry.kind }, 'the timeline of an incident lacks an entry')
    }
  }

  /** Oldest first. */
  async timeline({ id }: Incident, signal: AbortSignal): Promise<TimelineEntry[]> {
    const turns = await this.#parts.conversations.turns(id, keeper, mostEntries, signal)
    return turns.flatMap(({ question, answer, cited, at }) => {
      const heading = Heading.safeParse(jsonOf(question))
      return heading.success ? [{ ...heading.data, text: answer, cited, at }] : []
    })
  }

  async #save(place: IncidentPlace, incident: Incident, signal: AbortSignal): Promise<void> {
    const position = JSON.stringify(incident)
    const at = this.#parts.clock.now()
    await this.#parts.conversations.savePosition(
      { conversationId: keyOf(place), principal: keeper, position, at },
      signal,
    )
  }
}

function keyOf({ team, channel }: IncidentPlace): string {
  return `incident:${team}/${channel}`
}
