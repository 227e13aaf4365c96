import type { DocumentKind } from '#knowledge/document.ts'
import { detectLang, textSize } from '#knowledge/language.ts'
import type { Block, ParsedDocument, RawEntry } from '../source.ts'
import { type FrontMatter, noFrontMatter } from './front-matter.ts'
import { givesOrders } from './instructions.ts'
import { outline } from './outline.ts'
import type { Piece } from './pieces.ts'
import { plainHeading } from './plain-heading.ts'

export interface Page {
  pieces: readonly Piece[]
  frontMatter?: FrontMatter | undefined
  /** Where its format has a place for one outside of headings, and no heading is a title. */
  title?: string | undefined
  kind?: DocumentKind | undefined
  extracted?: boolean | undefined
  lines?: readonly string[] | undefined
}

/** The one document of an entry that is a page. */
export function pageDocument(raw: RawEntry, page: Page): ParsedDocument {
  const about = page.frontMatter ?? noFrontMatter
  const fallback = page.title ?? raw.title ?? titleFromPath(raw.path)
  const { title, blocks } = outline(
    page.pieces,
    about.title ?? (raw.titleIsGiven === true ? raw.title : undefined),
    fallback,
    page.extracted === true ? undefined : page.lines,
  )
  return {
    part: '',
    kind: raw.kind ?? page.kind ?? 'page',
    title,
    lang: about.lang ?? langOfBlocks(blocks, title),
    owners: [...new Set([...about.owners, ...raw.owners])],
    statedAt: about.statedAt,
    reviewedAt: about.reviewedAt,
    reviewedBy: about.reviewedBy,
    evergreenReason: about.evergreenReason,
    summary: safeSummary(about.summary) ?? firstParagraph(blocks),
    aliases: about.aliases.filter((alias) => alias !== title),
    ...(page.extracted === true ? { extracted: true } : {}),
    blocks,
  }
}

/** `ops/redis-failover.md` is called "redis-failover"; an index page is called like its folder. */
export function titleFromPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '')
  const name = nameWithoutEnding(parts.at(-1) ?? path)
  const isIndex = /^(?:_?index|readme)$/i.test(name)
  return isIndex ? (parts.at(-2) ?? name) : name
}

function nameWithoutEnding(name: string): string {
  return name.replace(/(?<=.)\.[a-z0-9]{1,8}$/i, '')
}

/** By its prose where there is some; enough of it to be sure. */
function langOfBlocks(blocks: readonly Block[], title: string): ParsedDocument['lang'] {
  let sample = `${title}\n`
  for (const block of blocks) {
    if (block.kind === 'code') continue
    sample += `${block.text.slice(0, 600)}\n`
    if (sample.length > 3000) break
  }
  return detectLang(sample)
}

/** What the page is about, for the context line; longer than this is no summary. */
const longestSummary = 400

/** `:Owner: sre`, as reStructuredText writes what other formats have in front matter. */
const fieldList = /^:[\w -]+:\s/

function firstParagraph(blocks: readonly Block[]): string {
  const plain = (block: Block) => plainHeading(block.text.slice(0, 2 * longestSummary).replaceAll('\n', ' '))
  for (const block of blocks.slice(0, 6)) {
    if (block.kind !== 'paragraph' || fieldList.test(block.text)) continue
    const text = plain(block)
    if (textSize(text) >= 20) return safeSummary(text) ?? ''
  }
  return ''
}

/** A summary that gives orders to an assistant is none: it would reach every passage of the page. */
export function safeSummary(summary: string | undefined): string | undefined {
  if (summary === undefined || givesOrders(summary)) return undefined
  return summary.replaceAll(/\s+/g, ' ').trim().slice(0, longestSummary)
}
