import { z } from 'zod'
import type { ConversationStore } from '#knowledge/conversation-store.ts'
import { detectLang } from '#knowledge/language.ts'
import { maskSecrets } from '#knowledge/secrets.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { jsonOf } from './threads.ts'

/** A question that nothing was found for. */
export interface UnansweredQuestion {
  id: string
  team: string
  user: string
  channel: string
  /** Between two, or answered to the asker alone: nobody else hears of it. */
  isDirect: boolean
  text: string
}

const Heading = z.object({ id: z.string(), user: z.string(), channel: z.string(), isDirect: z.boolean() })
const keeper = 'slack\nunanswered'
const mostRead = 200

/** What was asked and not found, for whoever may write it down. Kept where conversations are. */
export class Unanswered {
  readonly #parts: { conversations: ConversationStore; clock: Clock; log: Log }

  constructor(parts: { conversations: ConversationStore; clock: Clock; log: Log }) {
    this.#parts = parts
  }

  async note({ team, id, user, channel, isDirect, text }: UnansweredQuestion, signal: AbortSignal): Promise<void> {
    const { conversations, clock, log } = this.#parts
    const answer = maskSecrets(text).text.slice(0, 500)
    const heading = JSON.stringify({ id, user, channel, isDirect })
    const kept = { traceId: `unanswered/${id}`, conversationId: `slack:${team}`, principal: keeper, question: heading }
    const rest = { standalone: '', lang: detectLang(answer), answer, abstained: true, cited: [], at: clock.now() }
    try {
      await conversations.addTurn({ ...kept, ...rest }, signal)
    } catch (err) {
      signal.throwIfAborted()
      log.warn({ err }, 'a question that found nothing was not kept')
    }
  }

  /** The newest first, each once, as many as wanted of those that somebody may know of. */
  async known(
    team: string,
    mayKnow: (question: UnansweredQuestion) => Promise<boolean>,
    most: number,
    signal: AbortSignal,
  ): Promise<{ text: string; at: Date }[]> {
    const turns = await this.#parts.conversations.turns(`slack:${team}`, keeper, mostRead, signal)
    const found = new Map<string, { text: string; at: Date }>()
    for (const { question, answer: text, at } of turns.toReversed()) {
      const heading = Heading.safeParse(jsonOf(question)).data
      if (heading === undefined || found.has(text.toLowerCase())) continue
      if (await mayKnow({ ...heading, team, text })) found.set(text.toLowerCase(), { text, at })
      if (found.size >= most) break
    }
    return [...found.values()]
  }
}
