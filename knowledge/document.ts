/** Languages we cut, index and answer in. Text in another script counts as English. */
export type Lang = 'en' | 'ja'

/**
 * `page`: something written to be read. `alert`: one alert of a rule file. `api`: an operation of an API description.
 * `discussion`: an issue or pull request.
 */
export type DocumentKind = 'page' | 'alert' | 'api' | 'discussion'

/** One document as it stood at its source when it was last read. */
export interface Document {
  /** Stable for as long as the document stays where it is: made from the source, the entry and the part. */
  id: string
  /** Id of the source in the configuration, `runbooks` say. */
  source: string
  /** Key of the entry it came from; several documents (the alerts of one rule file) can share one entry. */
  entry: string
  kind: DocumentKind
  /** Relative to the source's root, '/' between parts. */
  path: string
  url: string
  title: string
  owners: readonly string[]
  lang: Lang
  /** Who may see it; empty: everybody. */
  audience: readonly string[]
  /** The last change of any part of it. */
  editedAt: Date
  /** Who made that change, where the source says. */
  editedBy?: string | undefined
  /** From front matter: somebody said then that it is still true. */
  reviewedAt?: Date | undefined
  reviewedBy?: string | undefined
  /** From front matter or a rule of the source: why it never goes stale. */
  evergreenReason?: string | undefined
  /** How many secrets were masked in it. */
  maskedSecrets: number
}

/** Somebody declared a document still true; kept by us, apart from what the source says. */
export interface Verification {
  documentId: string
  by: string
  at: Date
  evergreenReason?: string | undefined
}
