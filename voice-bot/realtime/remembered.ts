import type { ConversationInput } from '#conversation/events.ts'
import type { Item } from '../protocol-items.ts'

type Forgetting = Extract<ConversationInput, { kind: 'forget' }>

interface Stand {
  /** Asked where it isn't known yet; undefined: the conversation has not taken it up, so that there is nothing to forget. */
  forgetting: Forgetting | (() => Forgetting | undefined)
  at: Date
}

/** Older items are no longer in the session either. */
const most = 2000

/** Which turns of the conversation each item stands for, so that who deletes an item takes its turns out there, too. */
export class Remembered {
  readonly #stands = new Map<string, Stand[]>()
  readonly #times = new Map<string, Date>()

  note(itemIds: readonly string[], stand: Stand): void {
    for (const itemId of itemIds) {
      const before = this.#stands.get(itemId)
      keep(this.#stands, itemId, before === undefined ? [stand] : [...before, stand])
      keep(this.#times, itemId, stand.at)
    }
  }

  /** The one item belongs to what the other does. */
  noteWith(itemId: string, otherId: string): void {
    const stands = this.#stands.get(otherId)
    if (stands !== undefined) keep(this.#stands, itemId, stands)
  }

  /** What takes out of the conversation all that the item stands for; it stands for nothing then. */
  take(itemId: string): Forgetting[] {
    const stands = this.#stands.get(itemId) ?? []
    this.#stands.delete(itemId)
    return stands.flatMap(({ forgetting }) => (typeof forgetting === 'function' ? (forgetting() ?? []) : forgetting))
  }

  /** When that was said, also once it was taken: who changes an item deletes it, and makes it anew in its place. */
  saidAt(itemId: string): Date | undefined {
    return this.#times.get(itemId)
  }
}

function keep<Value>(among: Map<string, Value>, key: string, value: Value): void {
  among.set(key, value)
  const [oldest] = among.keys()
  if (among.size > most && oldest !== undefined) among.delete(oldest)
}

/**
 * What an item that a client brings tells of what was said before: messages of the user, and the answer that they got.
 * Undefined: nobody has answered it yet, or it's no message.
 */
export function pastOf(item: Item, items: readonly Item[]): { asked: Item[]; answer: Item } | undefined {
  if (item.type !== 'message' || item.role === 'system') return undefined
  const from = items.indexOf(item)
  const at = items.findIndex((each, place) => place >= from && isAnswer(each))
  const answer = items[at]
  if (answer === undefined) return undefined
  const before = items.slice(0, at)
  const asked = before
    .slice(before.findLastIndex(isAnswer) + 1)
    .filter((each) => each.type === 'message' && each.role === 'user')
  return { asked, answer }
}

function isAnswer(item: Item): boolean {
  return item.type === 'message' && item.role === 'assistant' && item.status !== 'in_progress'
}
