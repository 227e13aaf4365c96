import { z } from 'zod'
import { OpsError } from '#runtime/errors.ts'
import type { Document } from './document.ts'

const Position = z.tuple([z.string(), z.string(), z.string()])

/** Where a page of documents ended: they are listed by source, path and id. */
export type DocumentPosition = z.infer<typeof Position>

/** Somebody handed in a cursor that no page of ours ended with. */
export class InvalidCursorError extends OpsError {
  override readonly name = 'InvalidCursorError'
  readonly code = 'invalid_cursor'
  readonly retryable = false
  readonly userMessage = 'That page cursor is not one of ours. Start again from the first page.'
}

/** The cursor that continues after this document. */
export function cursorAfter(document: Document): string {
  return Buffer.from(JSON.stringify([document.source, document.path, document.id])).toString('base64url')
}

/** @throws {InvalidCursorError} When it isn't one of ours. */
export function positionOf(cursor: string): DocumentPosition {
  try {
    return Position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new InvalidCursorError('A document cursor does not parse', { cause })
  }
}
