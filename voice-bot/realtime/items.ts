import type { AssistantContent, Item } from '../protocol-items.ts'
import { ClientFault } from './faults.ts'

/** Older ones are forgotten; what was said stands in the conversation's own store. */
const mostItems = 1000

/** The items of a session's conversation, in their order. */
export class Items {
  readonly #items: Item[] = []

  /** @throws {ClientFault} When there is no such item. */
  get(itemId: string, param = 'item_id'): Item {
    const item = this.find(itemId)
    if (item === undefined) throw new ClientFault('item_not_found', `There is no item with the id '${itemId}'.`, param)
    return item
  }

  get all(): readonly Item[] {
    return this.#items
  }

  /** The call of a function by that id. */
  callBy(callId: string): Item | undefined {
    return this.#items.findLast((item) => item.type === 'function_call' && item.call_id === callId)
  }

  find(itemId: string): Item | undefined {
    return this.#items.findLast(({ id }) => id === itemId)
  }

  /**
   * @param previousId `root`: first of all; absent: last.
   * @returns The id of the item before it; null where there is none.
   * @throws {ClientFault} When there is one with its id already, or no item of the previous id.
   */
  add(item: Item, previousId?: string | null): string | null {
    if (this.find(item.id) !== undefined)
      throw new ClientFault('item_already_exists', `There is an item with the id '${item.id}' already.`, 'item.id')
    const at = this.#placeAfter(previousId)
    this.#items.splice(at, 0, item)
    if (this.#items.length > mostItems) this.#items.shift()
    return this.#items[this.#items.indexOf(item) - 1]?.id ?? null
  }

  /** It is as it says now. Nothing happens where it was deleted. */
  change(item: Item): void {
    const at = this.#items.findLastIndex(({ id }) => id === item.id)
    if (at >= 0) this.#items[at] = item
  }

  /** Only so much of our own message was heard. @param heard Null: less than all, and which words isn't known yet. */
  cut(itemId: string, heard: string | null): void {
    const item = this.find(itemId)
    if (item?.type !== 'message' || item.role !== 'assistant') return
    const content = item.content.map((part): AssistantContent => {
      return part.type === 'output_audio' ? { ...part, transcript: heard } : { ...part, text: heard ?? part.text }
    })
    this.change({ ...item, status: 'incomplete', content })
  }

  /** @throws {ClientFault} When there is no such item. */
  delete(itemId: string): void {
    this.#items.splice(this.#items.indexOf(this.get(itemId)), 1)
  }

  before(itemId: string): string | null {
    const at = this.#items.findLastIndex(({ id }) => id === itemId)
    return this.#items[at - 1]?.id ?? null
  }

  get lastId(): string | null {
    return this.#items.at(-1)?.id ?? null
  }

  #placeAfter(previousId: string | null | undefined): number {
    if (previousId === undefined || previousId === null) return this.#items.length
    if (previousId === 'root') return 0
    return this.#items.indexOf(this.get(previousId, 'previous_item_id')) + 1
  }
}
