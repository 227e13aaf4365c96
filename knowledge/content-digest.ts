import { createHash } from 'node:crypto'
import type { ConversationPosition, Feedback, Turn } from './conversation-store.ts'
import type { Document, Verification } from './document.ts'
import type { EntryContent, SourceState } from './document-store.ts'
import { type IndexedPassage, termFields } from './passage.ts'

/**
 * Digests of what stores keep, the same in whichever of them it lies. Each is a number, so that those of many things
 * can be summed up in any order.
 */
export type Digest = bigint

const digestBits = 128

export function sumOf(digests: Iterable<Digest>): Digest {
  let sum = 0n
  for (const digest of digests) sum += digest
  return BigInt.asUintN(digestBits, sum)
}

/** The entry's name and revision, and everything that it holds. */
export function entryDigest({ source, entry, revision, documents }: EntryContent): Digest {
  const held = documents.map(({ document, passages }) => [documentDigest(document), ...passages.map(passageDigest)])
  return digestOf([source, entry, revision, String(sumOf(held.flat())), held.length])
}

export function documentDigest(document: Document): Digest {
  const { id, source, entry, kind, path, url, title, owners, lang, audience } = document
  const { editedAt, reviewedAt, reviewedBy, evergreenReason, maskedSecrets, editedBy } = document
  const said = [id, source, entry, kind, path, url, title, owners, lang, audience]
  return digestOf([...said, +editedAt, timeOf(reviewedAt), reviewedBy, evergreenReason, maskedSecrets, editedBy])
}

export function passageDigest(passage: IndexedPassage): Digest {
  const { id, documentId, ordinal, heading, lang, kind, text, fromLine, toLine, context, suspicious, anchor } = passage
  const said = [id, documentId, ordinal, heading, lang, kind, text, fromLine, toLine, context, suspicious, anchor]
  const terms = termFields.map((field) => passage.terms[field])
  return digestOf([...said, +passage.editedAt, terms, direction(passage.embedding)])
}

export function verificationDigest({ documentId, by, at, evergreenReason }: Verification): Digest {
  return digestOf([documentId, by, +at, evergreenReason])
}

export function turnDigest(turn: Turn): Digest {
  const { traceId, conversationId, principal, question, standalone, lang, answer, abstained, at } = turn
  const cited = turn.cited.map(({ passageId, quote }) => [passageId, quote])
  return digestOf([traceId, conversationId, principal, question, standalone, lang, answer, abstained, +at, cited])
}

export function feedbackDigest({ traceId, principal, verdict, comment, at }: Feedback): Digest {
  return digestOf([traceId, principal, verdict, comment, +at])
}

export function positionDigest({ conversationId, principal, position, at }: ConversationPosition): Digest {
  return digestOf([conversationId, principal, position, +at])
}

export function stateDigest({ source, cursor, startedAt, finishedAt, failures }: SourceState): Digest {
  const failed = failures.map(({ entry, reason, failedAt }) => [entry, reason, +failedAt])
  return digestOf([source, cursor, timeOf(startedAt), timeOf(finishedAt), failed])
}

/** Half characters and NUL become U+FFFD, as they do in stores that can't hold them. */
function digestOf(said: readonly unknown[]): Digest {
  const text = JSON.stringify(said, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '\ufffd') : (value ?? null),
  )
  const bytes = createHash('sha256').update(text).digest('hex')
  return BigInt(`0x${bytes.slice(0, digestBits / 4)}`)
}

function timeOf(date: Date | undefined): number | undefined {
  return date?.getTime()
}

/** As far as every store keeps it: a byte a dimension, the largest of them 127. */
function direction(embedding: Float32Array | undefined): string | undefined {
  if (embedding === undefined) return undefined
  const largest = embedding.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const factor = largest === 0 ? 0 : 127 / largest
  return Buffer.from(Int8Array.from(embedding, (value) => Math.round(value * factor)).buffer).toString('base64')
}
