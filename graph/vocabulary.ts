import type { Lang } from '#knowledge/document.ts'

/** A word that was heard wrongly, and what it was taken for. */
export interface Correction {
  /** As it was recognised. */
  heard: string
  /** As the documents write it. */
  meant: string
  /** Where `meant` begins in the corrected text, in UTF-16 units. */
  at: number
  /** 0..1, by sound and by how well it fits. */
  confidence: number
}

/** A name that could be one of several, or none: to be asked back, not guessed. */
export interface Doubt {
  heard: string
  at: number
  /** The likeliest first, at least one. */
  candidates: readonly string[]
}

export interface CorrectedTranscript {
  text: string
  corrections: readonly Correction[]
  doubts: readonly Doubt[]
}

/** The names, identifiers, acronyms and their readings that the indexed documents use. */
export interface Vocabulary {
  /** What a recogniser should listen for, the likeliest to be said first. */
  keyterms(limit: number): readonly string[]
  /**
   * Puts right, by sound, what a recogniser misheard. Takes under 2 ms for a turn of talk.
   * @param unsure Words of it that the recogniser itself doubts: what they may be is asked about, also where it is less alike.
   */
  correct(text: string, lang: Lang, unsure?: readonly string[]): CorrectedTranscript
}
