import type { Exchange } from '#knowledge/answer.ts'
import type { Item } from '../protocol-items.ts'
import type { ResponseInput } from './client-events.ts'
import { itemOf, saidIn } from './item-content.ts'
import type { Items } from './items.ts'

export interface AskedFor {
  /** '' where nothing is asked. */
  question: string
  /** What was said before, oldest first. */
  history: readonly Exchange[]
}

/** What a list of items asks, and what came before that. @throws {ClientFault} When it refers to an item that isn't there. */
export function askedBy(input: readonly ResponseInput[], items: Items): AskedFor {
  const given = input.map((each): Item => {
    return each.type === 'item_reference' ? items.get(each.id, 'response.input') : itemOf(each, '')
  })
  const history: Exchange[] = []
  let asked: string[] = []
  for (const item of given) {
    const text = saidIn(item)
    if (item.type !== 'message' || text === '') continue
    if (item.role === 'user') asked.push(text)
    if (item.role !== 'assistant') continue
    if (asked.length > 0) history.push({ question: asked.join('\n'), answer: text })
    asked = []
  }
  return { question: asked.join('\n'), history }
}
