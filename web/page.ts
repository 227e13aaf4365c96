import type { Api, Failure } from './api.ts'
import type { Citation } from './api-types.ts'
import type { PageLang, Words } from './words.ts'

/** What the parts of the page share. */
export interface Page {
  readonly words: Words
  readonly lang: PageLang
  readonly api: Api
  /** Opens a citation in its document; `citations` are those that one can go through from there. */
  openCitation(citations: readonly Citation[], n: number): void
  /** Opens a document without a quote. */
  openDocument(documentId: string, passageId: string): void
  /** Tells the page of a failure that concerns all of it: no connection, no token. */
  failed(failure: Failure): void
}

/** What a person is told of a failure. */
export function failureInWords(failure: Failure, words: Words): string {
  switch (failure.kind) {
    case 'unreachable':
      return words.unreachable
    case 'unauthenticated':
      return words.wrongToken
    case 'too-many':
      return words.tooMany(failure.retryAfterSeconds)
    case 'broken-off':
      return words.brokenOff
    case 'refused':
      return failure.detail
  }
}
