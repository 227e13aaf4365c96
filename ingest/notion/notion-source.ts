import { setTimeout } from 'node:timers/promises'
import { type Clock, systemClock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { RawEntry, Source, SurveyedEntry } from '../source.ts'
import { type ApiVersion, NotionApi } from './api.ts'
import type { BlockNode } from './block-tree.ts'
import { blocksMarkdown, type RenderContext } from './blocks-markdown.ts'
import { commentLines } from './comments.ts'
import { documentsBelow, linkedFrom, PageContents } from './content.ts'
import { anchorsOf, datesOfLines, linesOf, stacked, textOfLines } from './dated-lines.ts'
import { NotionNotFoundError } from './errors.ts'
import type { SurveyParts } from './found.ts'
import { Pace, type Wait } from './pace.ts'
import { People } from './people.ts'
import { Places } from './places.ts'
import { factsOf, fieldLines, isInTrash, type PageFacts } from './properties.ts'
import { pathOf, rootIds } from './roots.ts'
import { Page } from './shapes.ts'
import { type AtHand, type NotionSurvey, type PlacedPage, rowsBelow, surveyPages, surveySome } from './survey.ts'

export interface NotionSourceOptions {
  id: string
  audience: readonly string[]
  /** Ids or addresses of pages, databases and data sources, with all that is below; none: all that is shared. */
  roots?: readonly string[] | undefined
  /** Properties that name the owners; absent: those that are usually called so. Where there are none, the creator. */
  ownerProperties?: readonly string[] | undefined
  /** Open comments on pages come along, at a call a page. */
  comments?: boolean | undefined
  /** `page`: passages have the date of their page, for the fewest calls. `blocks` by default. */
  datesOf?: 'blocks' | 'page' | undefined
  apiVersion?: ApiVersion | undefined
  /** Asked for when it's needed, so that a source without one can be made, and says what is missing. */
  token: string | undefined
  /** `https://api.notion.com` by default. */
  baseUrl?: string | undefined
  log: Log
  /** Told when Notion has us wait; the log is told too. */
  onWait?: ((wait: Wait) => void) | undefined
  /** Longer waits end the sync instead. 15 minutes by default. */
  maxWaitMs?: number | undefined
  /** 60 seconds by default. */
  requestTimeoutMs?: number | undefined
  clock?: Clock | undefined
  /** How waiting is done; it ends with its signal. */
  sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

/** The pages of a Notion workspace, rows of databases among them; an entry is a page's id, which outlives moves. */
export function notionSource(options: NotionSourceOptions): Source {
  const { id, audience, ownerProperties, clock = systemClock } = options
  const api = notionApi(options, clock)
  const parts = { api, clock, roots: options.roots ?? [], ownerProperties, withComments: options.comments === true }
  const reader = new PageReader(parts, options)
  return {
    id,
    audience,
    get apiCalls() {
      return api.calls
    },
    async survey(known, signal) {
      signal.throwIfAborted()
      const surveyed = await surveyPages(parts, known, signal)
      reader.surveyed(surveyed, surveyed.present)
      return surveyed.survey
    },
    async surveyEntries(entries, known, signal) {
      signal.throwIfAborted()
      const { fresh } = reader.atHand
      const surveyed = await surveySome(parts, { entries, places: reader.recentPlaces(), fresh }, known, signal)
      reader.surveyed(surveyed)
      return surveyed.survey
    },
    async read(entry, signal) {
      signal.throwIfAborted()
      return await reader.read(entry, signal)
    },
    async [Symbol.asyncDispose]() {
      reader.forget()
    },
  }
}

/** What pages hang on may be renamed, moved or deleted: it's asked for again when nobody has listed it for so long. Milliseconds. */
const recentMs = 60_000

/** Reads pages, with what the last survey found of them where there was one. */
class PageReader {
  readonly #parts: SurveyParts
  readonly #people: People
  readonly #contents: PageContents
  readonly #pages = new Map<string, PlacedPage>()
  #present: ReadonlySet<string> | undefined
  #atHand: AtHand
  /** For paths. Since when it is known tells how far it can be relied on. */
  #ancestors: { places: Places; at: number }

  constructor(parts: SurveyParts, { datesOf = 'blocks' }: NotionSourceOptions) {
    this.#parts = parts
    this.#people = new People(parts.api)
    this.#contents = new PageContents({ api: parts.api, datesOf })
    this.#atHand = { places: new Places(parts.api, {}), fresh: new Map() }
    this.#ancestors = { places: this.#atHand.places, at: parts.clock.now().getTime() }
  }

  get atHand(): AtHand {
    return this.#atHand
  }

  /** Where pages hang, as it was a moment ago: what the last survey saw of it may have changed since, or another process made it. */
  recentPlaces(): Places {
    const now = this.#parts.clock.now().getTime()
    if (now - this.#ancestors.at > recentMs) this.#ancestors = { places: new Places(this.#parts.api, {}), at: now }
    return this.#ancestors.places
  }

  /** @param present Everything that is there, when all was looked at. */
  surveyed({ pages, places }: NotionSurvey, present?: ReadonlySet<string>): void {
    if (present !== undefined) {
      this.#pages.clear()
      this.#present = present
      this.#atHand = { places, fresh: new Map() }
      this.#ancestors = { places, at: this.#parts.clock.now().getTime() }
    }
    for (const [id, page] of pages) this.#pages.set(id, page)
  }

  forget(): void {
    this.#pages.clear()
    this.#present = undefined
    this.#atHand.fresh.clear()
  }

  async read({ entry, revision }: SurveyedEntry, signal: AbortSignal): Promise<RawEntry | 'gone'> {
    try {
      const held = this.#pages.get(entry)
      // Another process may have seen it later than we did.
      const page = held?.revision === revision ? held : await this.#retrieved(entry, signal)
      return page === undefined ? 'gone' : await this.#rawEntry(page, signal)
    } catch (error) {
      if (error instanceof NotionNotFoundError) return 'gone'
      throw error
    }
  }

  /** Undefined when it is in the trash, or below no root any more. */
  async #retrieved(entry: string, signal: AbortSignal): Promise<PlacedPage | undefined> {
    const { api, ownerProperties, roots } = this.#parts
    const page = await api.call((notion) => notion.pages.retrieve({ page_id: entry }), Page, signal)
    const facts = factsOf(page, ownerProperties)
    const ancestry = await this.recentPlaces().ancestry(facts, signal)
    const path = isInTrash(page) || ancestry.trashed ? undefined : pathOf(ancestry, rootIds(roots))
    return path === undefined ? undefined : { facts, path }
  }

  async #rawEntry({ facts, path }: PlacedPage, signal: AbortSignal): Promise<RawEntry> {
    const { id, url, title, editedAt, verification } = facts
    const nodes = await this.#contents.read(facts, signal)
    await this.#learnTitles(facts, nodes, signal)
    const context: RenderContext = { pageUrl: url, titleOf: (other) => this.#atHand.places.titleOf(other), unknown: [] }
    const fields = fieldLines(facts.fields, context.titleOf)
    const lines = stacked([
      fields.flatMap((field) => linesOf(field, editedAt)),
      blocksMarkdown(nodes, context),
      this.#parts.withComments ? await commentLines({ api: this.#parts.api, people: this.#people }, id, signal) : [],
    ])
    return {
      entry: id,
      path,
      url,
      content: textOfLines(lines),
      format: 'markdown',
      ...(title === '' ? {} : { title, titleIsGiven: true }),
      owners: await this.#ownersOf(facts, signal),
      editedAt,
      lineDates: datesOfLines(lines, editedAt),
      anchors: anchorsOf(lines),
      editedBy: facts.editor === undefined ? undefined : await this.#people.nameOf(facts.editor, signal),
      reviewedAt: verification?.at,
      reviewedBy: verification?.by === undefined ? undefined : await this.#people.nameOf(verification.by, signal),
      warnings: warningsOf(path, context.unknown),
      leadsTo: await this.#unlisted(nodes, signal),
    }
  }

  /** Of pages that this one names by their ids alone: a process that hasn't surveyed doesn't know them. */
  async #learnTitles({ fields }: PageFacts, nodes: readonly BlockNode[], signal: AbortSignal): Promise<void> {
    const { places } = this.#atHand
    const related = fields.flatMap((field) => (field.related ?? []).map((id) => ['page', id] as const))
    for (const [kind, id] of [...related, ...linkedFrom(nodes)]) {
      if (!places.isKnown(id)) await places.learn(kind, id, signal)
    }
  }

  async #ownersOf({ owners, creator }: PageFacts, signal: AbortSignal): Promise<string[]> {
    const people = owners.length > 0 || creator === undefined ? owners : [creator]
    const names: string[] = []
    for (const person of people) {
      const name = typeof person === 'string' ? person : await this.#people.nameOf(person, signal)
      if (name !== undefined && !names.includes(name)) names.push(name)
    }
    return names
  }

  /** What stands on the page and the last survey didn't find: search isn't exhaustive. */
  async #unlisted(nodes: readonly BlockNode[], signal: AbortSignal): Promise<string[]> {
    const { pages, databases } = documentsBelow(nodes)
    const present = this.#present
    // Another process has surveyed, and whoever asked knows what is stored.
    if (present === undefined) return pages
    const unlisted = pages.filter((id) => !present.has(id))
    for (const id of databases) {
      if (this.#atHand.places.isKnown(id)) continue
      unlisted.push(...(await rowsBelow(this.#parts, this.#atHand, id, signal)).filter((row) => !present.has(row)))
    }
    return unlisted
  }
}

function warningsOf(path: string, unknown: readonly string[]): string[] {
  if (unknown.length === 0) return []
  const kinds = [...new Set(unknown)].toSorted().join(', ')
  const blocks = unknown.length === 1 ? '1 block' : `${unknown.length} blocks`
  return [`${path}: ${blocks} of a kind that Notion's API doesn't show (${kinds}); a link stands in the place.`]
}

function notionApi(options: NotionSourceOptions, clock: Clock): NotionApi {
  const { token, baseUrl = 'https://api.notion.com', log, onWait } = options
  const { apiVersion: version = '2025-09-03', maxWaitMs = 15 * 60_000, requestTimeoutMs = 60_000 } = options
  const sleep = options.sleep ?? sleepFor
  const pace = new Pace({ clock, sleep, log, onWait, maxWaitMs })
  return new NotionApi({ token, baseUrl, version, pace, clock, sleep, requestTimeoutMs })
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal })
}
