import type { AssistantContent, Item, UserContent } from '../protocol-items.ts'
import type { NewItem } from './client-events.ts'

/** An item as the client made it. @param newId Where it didn't name it. */
export function itemOf(given: NewItem, newId: string): Item {
  const frame = { id: given.id ?? newId, object: 'realtime.item', status: given.status ?? 'completed' } as const
  switch (given.type) {
    case 'function_call':
      return {
        ...frame,
        type: given.type,
        call_id: given.call_id ?? newId,
        name: given.name,
        arguments: given.arguments,
      }
    case 'function_call_output':
      return { ...frame, type: given.type, call_id: given.call_id, output: given.output }
    case 'message':
      if (given.role === 'system') return { ...frame, type: given.type, role: given.role, content: given.content }
      if (given.role === 'user') {
        const content = given.content.map((part): UserContent => {
          return part.type === 'input_text' ? part : { type: part.type, transcript: part.transcript ?? null }
        })
        return { ...frame, type: given.type, role: given.role, content }
      }
      return {
        ...frame,
        type: given.type,
        role: given.role,
        content: given.content.map((part): AssistantContent => {
          return part.type === 'output_text' ? part : { type: part.type, transcript: part.transcript ?? null }
        }),
      }
  }
}

/** Whether it was spoken. */
export function hasAudio(item: Item): boolean {
  return item.type === 'message' && item.content.some(({ type }) => type === 'input_audio')
}

/** The words of a message; '' where it has none. */
export function saidIn(item: Item): string {
  if (item.type !== 'message') return ''
  return item.content
    .map((part) => ('text' in part ? part.text : (part.transcript ?? '')))
    .filter((text) => text !== '')
    .join('\n')
}
