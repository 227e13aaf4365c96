import type { Document, DocumentKind } from '#knowledge/document.ts'

/** An entry as a survey sees it: enough to know whether it changed, without reading it. */
export interface SurveyedEntry {
  /** Its name at the source: a path, a page id. */
  entry: string
  /** Changes when its content, dates, owners or place change. */
  revision: string
}

/** What a source held at one moment, compared with what is stored of it. */
export interface Survey {
  /** New or changed since; each is read one by one afterwards. */
  changed: readonly SurveyedEntry[]
  unchanged: number
  /** Stored of it, and no longer there. */
  gone: readonly string[]
  /** Hand it in at the next survey. Saved only when every changed entry was read or recorded as failed. */
  cursor?: string | undefined
  /** Entries left out on purpose, each with a reason that a person understands; the name stands in `entry`. */
  skipped: readonly { entry: string; reason: string }[]
  /** What else a person should know of the survey as a whole: dates that are only estimates, say. */
  warnings?: readonly string[] | undefined
}

/** What is known of a source from before. */
export interface Surveyed {
  /** Revision by entry, as the source gave them. */
  revisions: ReadonlyMap<string, string>
  cursor?: string | undefined
  /** Entries that failed last time; they count as changed. */
  failed: ReadonlySet<string>
}

/** When each line last changed. */
export interface LineDates {
  /** 1-based line. Lines beyond the end give the last change of the whole. */
  at(line: number): Date
}

/** The content of one entry, not yet understood. */
export interface RawEntry {
  entry: string
  /** Relative to the source's root. */
  path: string
  url: string
  /** Decoded or not: text is parsed as it is, bytes are decoded first. */
  content: Uint8Array | string
  kind?: DocumentKind | undefined
  /** Where the content has no title of its own. */
  title?: string | undefined
  /** The source keeps titles apart from contents: `title` is the title, whatever headings say. */
  titleIsGiven?: boolean | undefined
  /** What the content is written in; absent: told by the ending of its path. */
  format?: 'markdown' | undefined
  owners: readonly string[]
  editedAt: Date
  /** Who made the last change. */
  editedBy?: string | undefined
  lineDates?: LineDates | undefined
  /** How a line is led to at its address: by its number, as GitHub does, or by the anchor of each line from the first. */
  anchors?: 'line-numbers' | readonly (string | undefined)[] | undefined
  /**
   * `editedAt` is that of a copy (a file's own time, say). Where the document states when it was last changed, not after
   * this moment, that is its date instead.
   */
  statedUntil?: Date | undefined
  reviewedAt?: Date | undefined
  reviewedBy?: string | undefined
  /** What of it could not be read; sentences for people, each naming the entry. */
  warnings?: readonly string[] | undefined
  /** Entries that it contains and that the last survey of this source didn't list: worth a `surveyEntries`. */
  leadsTo?: readonly string[] | undefined
}

/** What an API lets us call before it makes us wait, as its last answer said. */
export interface ApiBudget {
  left: number
  limit: number
  resetsAt: Date
}

/** Somewhere documents come from. */
export interface Source extends AsyncDisposable {
  readonly id: string
  /** Who may see its documents; empty: everybody. */
  readonly audience: readonly string[]
  /** Calls made to a remote API so far; 0 for local ones. */
  readonly apiCalls: number
  /** Absent where the API doesn't say, or hasn't been asked yet. */
  readonly apiBudget?: ApiBudget | undefined
  /**
   * @throws {OpsError} When the source as a whole cannot be reached or read; nothing may be deleted then.
   */
  survey(known: Surveyed, signal: AbortSignal): Promise<Survey>
  /**
   * As `survey`, of these entries alone: those that a webhook named, say. It has no cursor, and `unchanged` counts among
   * them alone; what it calls changed is read, also where its revision is the same. Absent where looking at everything costs as little.
   */
  surveyEntries?(entries: readonly string[], known: Pick<Surveyed, 'revisions'>, signal: AbortSignal): Promise<Survey>
  /**
   * Of an entry that this or another process has surveyed.
   * @throws {OpsError} When this entry cannot be read; the others go on. `gone`, when it vanished since the survey.
   */
  read(entry: SurveyedEntry, signal: AbortSignal): Promise<RawEntry | 'gone'>
}

/** An entry understood: one document, or several (the alerts of a rule file), each with its blocks. */
export interface ParsedDocument {
  /** Tells apart the documents of one entry; '' when there is only one. */
  part: string
  kind: DocumentKind
  title: string
  lang: Document['lang']
  /** Those that it names itself, then those that its source names. */
  owners: readonly string[]
  /** When it says itself that it was last changed. */
  statedAt?: Date | undefined
  reviewedAt?: Date | undefined
  reviewedBy?: string | undefined
  evergreenReason?: string | undefined
  /** What the page is about, from its front matter or first paragraph; one line, may be ''. */
  summary: string
  /** Other names the document goes by (aliases, tags, the alert's name); indexed with the title. */
  aliases: readonly string[]
  /** Its text was taken out of a format (HTML, a notebook) and is not that of the lines. */
  extracted?: boolean | undefined
  blocks: readonly Block[]
}

/** A structural piece that is never cut unless it is far too long. */
export interface Block {
  kind: 'paragraph' | 'list' | 'ordered-list' | 'table' | 'code' | 'admonition' | 'quote' | 'fields' | 'html'
  /**
   * Heading path it stands under, outermost first, the document's title left out; [] before the first heading. Blocks
   * of one section share one array; two sections of the same name have two.
   */
  heading: readonly string[]
  /** Verbatim lines. */
  text: string
  /** 1-based, inclusive, in the entry's decoded text. */
  fromLine: number
  toLine: number
  /** What stands here but no reader sees (comments, invisible elements): never quoted, only examined for orders. */
  hidden?: string | undefined
}
