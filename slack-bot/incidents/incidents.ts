import { Incident, type IncidentEntry, type IncidentMemory } from '#conversation/incidents/incident-memory.ts'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { maskSecrets } from '#knowledge/secrets.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { jsonOf } from '../threads.ts'

export interface IncidentPlace {
  team: string
  channel: string
}

export interface IncidentsParts {
  conversations: ConversationStore
  incidentMemory: IncidentMemory
  clock: Clock
  log: Log
}

const keeper = 'slack\nincident'

/** Which channel an incident is worked on in; what happens there goes into the incident's memory. */
export class Incidents {
  readonly #parts: IncidentsParts

  constructor(parts: IncidentsParts) {
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

  /** @returns what ended; undefined: nothing was under way. */
  async end(place: IncidentPlace, by: string, signal: AbortSignal): Promise<Incident | undefined> {
    const incident = await this.current(place, signal)
    if (incident === undefined) return undefined
    await this.note(place, { kind: 'ended', by, text: '' }, signal)
    const ended = { ...incident, endedAt: this.#parts.clock.now() }
    await this.#save(place, ended, signal)
    return ended
  }

  /** Adds to the timeline, where an incident is under way; what can't be added is done without. */
  async note(place: IncidentPlace, entry: IncidentEntry, signal: AbortSignal): Promise<void> {
    const { incidentMemory, log } = this.#parts
    try {
      const incident = await this.current(place, signal)
      if (incident !== undefined) await incidentMemory.note(incident, entry, signal)
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ err, kind: entry.kind }, 'the timeline of an incident lacks an entry')
    }
  }

  /** A conversation in that place belongs to the incident that is under way there. @returns whether one is. */
  async tie(place: IncidentPlace, conversationId: string, signal: AbortSignal): Promise<boolean> {
    const { incidentMemory, log } = this.#parts
    try {
      const incident = await this.current(place, signal)
      if (incident !== undefined) await incidentMemory.tie(conversationId, incident, signal)
      return incident !== undefined
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ err }, 'a conversation was not tied to its incident')
      return false
    }
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
