import type { OutputModality } from '../protocol.ts'
import { ResponseWriter } from './response-writer.ts'
import type { SessionScope } from './session-parts.ts'

export interface WrittenOptions {
  modality: OutputModality
  metadata: Readonly<Record<string, string>> | null
  maxOutputTokens: number | 'inf'
  /** Beside the conversation: its items join nothing. */
  isAside?: boolean | undefined
}

/** A new response of a session. */
export function writerOf(scope: SessionScope, options: WrittenOptions): ResponseWriter {
  const { settings, send, sendJson, newId, items, conversationId } = scope
  const { format, voice } = settings().audio.output
  const { modality, metadata, maxOutputTokens, isAside = false } = options
  return new ResponseWriter(
    {
      id: newId('resp'),
      conversationId: isAside ? null : conversationId,
      modality,
      format,
      voice,
      maxOutputTokens,
      metadata,
    },
    {
      send,
      sendJson,
      newId,
      addItem: (item) => (isAside ? null : items.add(item)),
      changeItem: (item) => {
        if (!isAside) items.change(item)
      },
    },
  )
}
