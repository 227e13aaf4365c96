import { z } from '@hono/zod-openapi'
import type { Answer, Citation, RankedPassage } from '#knowledge/answer.ts'
import type { Document } from '#knowledge/document.ts'
import type { Freshness } from '#knowledge/freshness.ts'
import type { Passage } from '#knowledge/passage.ts'

/** What goes over the wire: snake_case, dates as ISO 8601 in UTC. */
const date = z.iso.datetime().openapi({ example: '2026-03-01T09:30:00.000Z' })
export const LangWire = z.enum(['en', 'ja'])

export const FreshnessWire = z
  .object({
    state: z.enum(['verified', 'fresh', 'aging', 'stale', 'suspect', 'contradicted', 'evergreen']),
    edited_at: date.openapi({ description: "The cited passage's own last change, not the file's." }),
    document_edited_at: date,
    verified_at: date.optional(),
    verified_by: z.string().optional(),
    review_due_at: date.optional(),
    reasons: z.array(z.string()),
    broken_references: z.array(z.object({ target: z.string(), line: z.int() })),
    contradicted_by: z.array(
      z.object({
        passage_id: z.string(),
        document_id: z.string(),
        title: z.string(),
        ours: z.string(),
        theirs: z.string(),
      }),
    ),
  })
  .openapi('Freshness')
export type FreshnessWire = z.infer<typeof FreshnessWire>

export const DocumentWire = z
  .object({
    id: z.string(),
    source: z.string(),
    path: z.string().openapi({ description: "Relative to its source's root." }),
    url: z.string(),
    title: z.string(),
    owners: z.array(z.string()),
    kind: z.enum(['page', 'alert', 'api', 'discussion']),
    lang: LangWire,
    edited_at: date,
    edited_by: z.string().optional().openapi({ description: 'Who made the last change, where the source says.' }),
    masked_secrets: z.int().openapi({ description: 'How many secrets were masked before it was stored.' }),
  })
  .openapi('Document')
export type DocumentWire = z.infer<typeof DocumentWire>

export const PassageWire = z
  .object({
    passage_id: z.string(),
    rank: z.int(),
    score: z.number(),
    text: z.string(),
    heading: z.array(z.string()),
    lang: LangWire,
    kind: z.enum(['prose', 'steps', 'code', 'table', 'alert']),
    from_line: z.int(),
    to_line: z.int(),
    url: z.string().openapi({ description: 'Of the passage at its source, as closely as the source allows.' }),
    document: DocumentWire,
    freshness: FreshnessWire,
  })
  .openapi('Passage')
export type PassageWire = z.infer<typeof PassageWire>

/** A passage as it stands in its document. */
export const DocumentPassageWire = z
  .object({
    passage_id: z.string(),
    ordinal: z.int(),
    heading: z.array(z.string()),
    lang: LangWire,
    kind: z.enum(['prose', 'steps', 'code', 'table', 'alert']),
    text: z.string(),
    from_line: z.int(),
    to_line: z.int(),
    suspicious: z.boolean().openapi({ description: 'It tries to give orders to an assistant; they are not followed.' }),
    freshness: FreshnessWire,
  })
  .openapi('DocumentPassage')
export type DocumentPassageWire = z.infer<typeof DocumentPassageWire>

export const CitationWire = z
  .object({
    n: z.int().openapi({ description: 'The answer refers to it as [n].' }),
    quote: z.string().openapi({ description: 'Stands letter for letter in the cited document.' }),
    passage_id: z.string(),
    heading: z.array(z.string()),
    url: z.string().openapi({ description: 'Of the passage at its source, as closely as the source allows.' }),
    document: DocumentWire,
    freshness: FreshnessWire,
  })
  .openapi('Citation')
export type CitationWire = z.infer<typeof CitationWire>

export const WarningWire = z.object({ code: z.string(), message: z.string() }).openapi('Warning')
export type WarningWire = z.infer<typeof WarningWire>

export const AnswerWire = z
  .object({
    answer: z.string().openapi({ description: 'Markdown; [n] refers to a citation.' }),
    spoken: z.string(),
    abstained: z.boolean(),
    confidence: z.number().min(0).max(1),
    lang: LangWire,
    citations: z.array(CitationWire),
    warnings: z.array(WarningWire),
    conversation_id: z.string(),
    trace_id: z.string(),
    provider: z.string().openapi({ description: '`extractive`, or the model that wrote it.' }),
    timings_ms: z.record(z.string(), z.number()),
    cost_usd: z.number(),
  })
  .openapi('Answer')
export type AnswerWire = z.infer<typeof AnswerWire>

export function freshnessToWire(freshness: Freshness): FreshnessWire {
  return {
    state: freshness.state,
    edited_at: freshness.editedAt.toISOString(),
    document_edited_at: freshness.documentEditedAt.toISOString(),
    ...(freshness.verifiedAt && { verified_at: freshness.verifiedAt.toISOString() }),
    ...(freshness.verifiedBy !== undefined && { verified_by: freshness.verifiedBy }),
    ...(freshness.reviewDueAt && { review_due_at: freshness.reviewDueAt.toISOString() }),
    reasons: [...freshness.reasons],
    broken_references: freshness.brokenReferences.map(({ target, line }) => ({ target, line })),
    contradicted_by: freshness.contradictedBy.map((other) => ({
      passage_id: other.passageId,
      document_id: other.documentId,
      title: other.title,
      ours: other.ours,
      theirs: other.theirs,
    })),
  }
}

export function documentToWire(document: Document): DocumentWire {
  return {
    id: document.id,
    source: document.source,
    path: document.path,
    url: document.url,
    title: document.title,
    owners: [...document.owners],
    kind: document.kind,
    lang: document.lang,
    edited_at: document.editedAt.toISOString(),
    ...(document.editedBy !== undefined && { edited_by: document.editedBy }),
    masked_secrets: document.maskedSecrets,
  }
}

export function passageToWire(found: RankedPassage): PassageWire {
  const { passage } = found
  return {
    passage_id: passage.id,
    rank: found.rank,
    score: found.score,
    text: passage.text,
    heading: [...passage.heading],
    lang: passage.lang,
    kind: passage.kind,
    from_line: passage.fromLine,
    to_line: passage.toLine,
    url: found.document.url + (passage.anchor ?? ''),
    document: documentToWire(found.document),
    freshness: freshnessToWire(found.freshness),
  }
}

export function documentPassageToWire(passage: Passage, freshness: Freshness): DocumentPassageWire {
  return {
    passage_id: passage.id,
    ordinal: passage.ordinal,
    heading: [...passage.heading],
    lang: passage.lang,
    kind: passage.kind,
    text: passage.text,
    from_line: passage.fromLine,
    to_line: passage.toLine,
    suspicious: passage.suspicious,
    freshness: freshnessToWire(freshness),
  }
}

export function citationToWire(citation: Citation): CitationWire {
  return {
    n: citation.n,
    quote: citation.quote,
    passage_id: citation.passageId,
    heading: [...citation.heading],
    url: citation.document.url + (citation.anchor ?? ''),
    document: documentToWire(citation.document),
    freshness: freshnessToWire(citation.freshness),
  }
}

export function answerToWire(answer: Answer): AnswerWire {
  return {
    answer: answer.answer,
    spoken: answer.spoken,
    abstained: answer.abstained,
    confidence: answer.confidence,
    lang: answer.lang,
    citations: answer.citations.map(citationToWire),
    warnings: answer.warnings.map(({ code, message }) => ({ code, message })),
    conversation_id: answer.conversationId,
    trace_id: answer.traceId,
    provider: answer.provider,
    timings_ms: { ...answer.timingsMs },
    cost_usd: answer.costUsd,
  }
}
