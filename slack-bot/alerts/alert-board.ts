import { z } from 'zod'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { Clock } from '#runtime/clock.ts'
import type { InTurn } from '../in-turn.ts'
import { jsonOf } from '../threads.ts'
import { type Alert, groupKey } from './alert.ts'

const Known = z.object({
  key: z.string(),
  title: z.string(),
  status: z.enum(['firing', 'acknowledged', 'resolved']),
  /** When it last began: milliseconds since 1970. */
  since: z.number(),
  /** When it was last heard of. */
  at: z.number(),
  /** How often it began. */
  times: z.number().int(),
})
const Board = z.array(Known)
type Known = z.infer<typeof Known>

const keeper = 'slack\nalerts'
const mostKept = 100
/** Whatever fires again so soon is the same trouble, and its runbook stands a little further up. */
const flapsForMs = 30 * 60_000
/** What goes on for longer is looked at by other people, in another thread. */
const goesOnForMs = 12 * 3_600_000

export interface AlertBoardParts {
  conversations: ConversationStore
  clock: Clock
  inTurn: InTurn
}

/** Which alerts are under way in which channel. Kept where conversations are. */
export class AlertBoard {
  readonly #parts: AlertBoardParts

  constructor(parts: AlertBoardParts) {
    this.#parts = parts
  }

  /**
   * @param onBegun Told the name of a trouble that begins by it, and not of more of one that is known, or of its end. It
   *   counts as known only afterwards; another process that hears the same at the same time has the same name for it.
   */
  async heard(
    { team, channel }: { team: string; channel: string },
    alert: Alert,
    onBegun: (name: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { inTurn, clock, conversations } = this.#parts
    const place = placeKey(team, channel)
    await inTurn.run(`alerts/${place}`, async () => {
      const board = await this.#read(place, signal)
      const now = clock.now().getTime()
      const key = groupKey(alert)
      const known = board.find((each) => each.key === key)
      const begins = alert.status === 'firing' && beginsAnew(known, now)
      const next: Known = {
        key,
        title: alert.title,
        status: alert.status,
        since: begins ? now : (known?.since ?? now),
        at: now,
        times: (known?.times ?? 0) + (begins ? 1 : 0),
      }
      if (begins) await onBegun(`${key}/${next.times}`)
      const kept = [...board.filter((each) => each.key !== key), next].slice(-mostKept)
      const saved = { conversationId: place, principal: keeper, position: JSON.stringify(kept), at: clock.now() }
      await conversations.savePosition(saved, signal)
    })
  }

  /** Titles of what is under way, the newest first. */
  async current(team: string, channel: string, signal: AbortSignal): Promise<string[]> {
    const now = this.#parts.clock.now().getTime()
    const board = await this.#read(placeKey(team, channel), signal)
    return board
      .filter(({ status, at }) => status !== 'resolved' && now - at < goesOnForMs)
      .toSorted((one, other) => other.since - one.since)
      .map(({ title }) => title)
  }

  async #read(place: string, signal: AbortSignal): Promise<Known[]> {
    const saved = await this.#parts.conversations.position(place, keeper, signal)
    return saved === undefined ? [] : (Board.safeParse(jsonOf(saved)).data ?? [])
  }
}

function beginsAnew(known: Known | undefined, now: number): boolean {
  if (known === undefined || known.times === 0) return true
  return known.status === 'resolved' ? now - known.at > flapsForMs : now - known.since > goesOnForMs
}

function placeKey(team: string, channel: string): string {
  return `slack:${team}/${channel}`
}
