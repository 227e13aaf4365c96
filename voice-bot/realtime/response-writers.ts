import type { AudioFormat, OutputModality } from '../protocol-session.ts'
import { ResponseWriter } from './response-writer.ts'
import type { SessionScope } from './session-parts.ts'

export interface WrittenOptions {
  modality: OutputModality
  /** Of this response alone, where its client wants it otherwise than in the session. */
  output?: { format?: AudioFormat | undefined; voice?: string | undefined } | undefined
  metadata: Readonly<Record<string, string>> | null
  maxOutputTokens: number | 'inf'
  /** Beside the conversation: its items join nothing. */
  isAside?: boolean | undefined
}

/** A new response of a session. */
export function writerOf(scope: SessionScope, options: WrittenOptions): ResponseWriter {
  const { settings, send, sendJson, newId, items, conversationId } = scope
  const { format, voice } = settings().audio.output
  const { modality, output, metadata, maxOutputTokens, isAside = false } = options
  return new ResponseWriter(
    {
      id: newId('resp'),
      conversationId: isAside ? null : conversationId,
      modality,
      format: output?.format ?? format,
      voice: output?.voice ?? voice,
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
