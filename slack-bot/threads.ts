import { z } from 'zod'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import type { Clock } from '#runtime/clock.ts'
import { InTurn } from './in-turn.ts'

export interface ThreadPlace {
  team: string
  channel: string
  /** ts of the message that it hangs on. */
  thread: string
}

const Position = z.object({
  engaged: z.boolean(),
  /** Milliseconds since 1970. */
  at: z.number(),
  /** By the name of whoever it was said to. */
  conversations: z.record(z.string(), z.string()),
  /** The message that shows the step which a runbook is at, and the turn that it was. */
  walk: z.object({ ts: z.string(), traceId: z.string() }).optional(),
  /** A call that goes on with it. */
  call: z.object({ conversationId: z.string(), callers: z.array(z.string()) }).optional(),
})
type Position = z.infer<typeof Position>

/** After so long without us, a thread is about something else. */
const engagedForMs = 24 * 3_600_000
const hushedForMs = 24 * 3_600_000
/** In place of a thread: what nobody asked. */
const unasked = 'unasked'
/** Not the name of anybody who is configured: they can't hold a line break. */
const keeper = 'slack\nthreads'

/** Which threads we take part in, and which conversation each of them goes on with. Kept where conversations are. */
export class Threads {
  readonly #conversations: ConversationStore
  readonly #clock: Clock
  readonly #inTurn = new InTurn()

  constructor(conversations: ConversationStore, clock: Clock) {
    this.#conversations = conversations
    this.#clock = clock
  }

  async isEngaged(place: ThreadPlace, signal: AbortSignal): Promise<boolean> {
    const position = await this.#read(place, signal)
    return position?.engaged === true && this.#clock.now().getTime() - position.at < engagedForMs
  }

  async conversationOf(place: ThreadPlace, principal: string, signal: AbortSignal): Promise<string | undefined> {
    return (await this.#read(place, signal))?.conversations[principal]
  }

  /** Something was said in it by us. */
  async engage(
    place: ThreadPlace,
    said: { principal: string; conversationId: string },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#change(
      place,
      (before) => ({
        ...before,
        engaged: true,
        at: this.#clock.now().getTime(),
        conversations: { ...before?.conversations, [said.principal]: said.conversationId },
      }),
      signal,
    )
  }

  async walkOf(place: ThreadPlace, signal: AbortSignal): Promise<Position['walk']> {
    return (await this.#read(place, signal))?.walk
  }

  /** @param walk undefined: nothing is being walked through any more. */
  async setWalk(place: ThreadPlace, walk: Position['walk'], signal: AbortSignal): Promise<void> {
    const change = (before: Position | undefined): Position => ({
      engaged: true,
      at: 0,
      conversations: {},
      ...before,
      walk,
    })
    await this.#change(place, change, signal)
  }

  async callOf(place: ThreadPlace, signal: AbortSignal): Promise<Position['call']> {
    return (await this.#read(place, signal))?.call
  }

  async setCall(place: ThreadPlace, call: Position['call'], signal: AbortSignal): Promise<void> {
    const change = (before: Position | undefined): Position => ({
      engaged: true,
      at: 0,
      conversations: {},
      ...before,
      call,
    })
    await this.#change(place, change, signal)
  }

  /** In a channel, nobody wants to hear us who has not asked. */
  async hush({ team, channel }: Omit<ThreadPlace, 'thread'>, signal: AbortSignal): Promise<void> {
    const at = this.#clock.now().getTime()
    await this.#change({ team, channel, thread: unasked }, () => ({ engaged: false, at, conversations: {} }), signal)
  }

  async isHushed({ team, channel }: Omit<ThreadPlace, 'thread'>, signal: AbortSignal): Promise<boolean> {
    const position = await this.#read({ team, channel, thread: unasked }, signal)
    return position !== undefined && this.#clock.now().getTime() - position.at < hushedForMs
  }

  /** We are quiet in it until somebody names us. */
  async leave(place: ThreadPlace, signal: AbortSignal): Promise<void> {
    await this.#change(place, (before) => ({ at: 0, conversations: {}, ...before, engaged: false }), signal)
  }

  /** One change of a thread after the other. */
  async #change(
    place: ThreadPlace,
    change: (before: Position | undefined) => Position,
    signal: AbortSignal,
  ): Promise<void> {
    const key = keyOf(place)
    await this.#inTurn.run(key, async () => {
      const position = JSON.stringify(change(await this.#read(place, signal)))
      await this.#conversations.savePosition(
        { conversationId: key, principal: keeper, position, at: this.#clock.now() },
        signal,
      )
    })
  }

  async #read(place: ThreadPlace, signal: AbortSignal): Promise<Position | undefined> {
    const saved = await this.#conversations.position(keyOf(place), keeper, signal)
    return saved === undefined ? undefined : Position.safeParse(jsonOf(saved)).data
  }
}

function keyOf({ team, channel, thread }: ThreadPlace): string {
  return `slack:${team}/${channel}/${thread}`
}

/** @returns undefined for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return parsed
  } catch {
    return undefined
  }
}
