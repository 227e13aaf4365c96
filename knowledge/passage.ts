import type { Document, Lang } from './document.ts'

/** What kind of text a passage mostly holds; reranking prefers the kind that the question asks for. */
export type PassageKind = 'prose' | 'steps' | 'code' | 'table' | 'alert'

/** A piece of a document that can be found, quoted and dated on its own. */
export interface Passage {
  /** Stable across edits elsewhere in the document. */
  id: string
  documentId: string
  /** Position in its document, from 0 without gaps. */
  ordinal: number
  /** Heading path from the outermost down, without the document's title unless there is no heading. Never empty. */
  heading: readonly string[]
  lang: Lang
  kind: PassageKind
  /** Verbatim lines of the document, secrets masked; what a citation quotes stands in here letter for letter. */
  text: string
  /** Lines in the document, from 1, both inclusive. */
  fromLine: number
  toLine: number
  /** This passage's own last change. */
  editedAt: Date
  /** One line about where it stands (title, headings, what the page is about); searched, never quoted. */
  context: string
  /** It tries to give orders to an assistant; still data, still found, never obeyed. */
  suspicious: boolean
  /** What leads to this passage when it is put behind the document's address: `#L3-L9`, `#` and a block's id. */
  anchor?: string | undefined
}

/** The search terms of a passage by field, duplicates kept (they are the term frequencies). */
export interface PassageTerms {
  title: readonly string[]
  heading: readonly string[]
  context: readonly string[]
  body: readonly string[]
  code: readonly string[]
}

export const termFields = ['title', 'heading', 'context', 'body', 'code'] as const
export type TermField = (typeof termFields)[number]

/** A passage as it goes into the index. */
export interface IndexedPassage extends Passage {
  terms: PassageTerms
  /** Unit length, or all zeros when the text has no token; absent when embeddings are switched off. */
  embedding?: Float32Array | undefined
}

/** A passage as it comes out of the index. */
export interface StoredPassage extends IndexedPassage {
  document: Document
}
