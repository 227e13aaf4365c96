import type { RankedPassage } from '#knowledge/answer.ts'
import type { EvalQuestion, SectionName } from './question-set.ts'

/** What of a found passage decides which section it belongs to. */
export interface PlacedText {
  /** Of the document, relative to its source's root. */
  path: string
  /** The document's address: tells which document it is when its source's root lies deeper than the question set's. */
  url: string
  title: string
  /** Heading path of the text's first line. */
  heading: readonly string[]
  /** Verbatim; headings inside it begin further sections. */
  text: string
}

/**
 * What a gold heading that equals the document's title stands for. `document`: the title heads the page, and
 * everything is below it. `preface`: only the text before the first heading, for titles that stand in front matter.
 */
export type TitleSection = 'document' | 'preface'

export function placed(found: Pick<RankedPassage, 'passage' | 'document'>): PlacedText {
  const { passage, document } = found
  return {
    path: document.path,
    url: document.url,
    title: document.title,
    heading: passage.heading,
    text: passage.text,
  }
}

/** Whether that is the document that the section stands in. */
function isInDocument(text: Pick<PlacedText, 'path' | 'url'>, path: string): boolean {
  const wanted = path.normalize('NFC')
  const own = text.path.normalize('NFC')
  if (own === wanted || own.startsWith(`${wanted}#`)) return true
  return wanted.endsWith(`/${own}`) && decodedPath(text.url).endsWith(`/${wanted}`)
}

/** Whether at least half of the text lies inside the section. */
export function isInSection(text: PlacedText, section: SectionName, titleSection: TitleSection = 'document'): boolean {
  if (!isInDocument(text, section.path)) return false
  const heading = cleanHeading(section.heading)
  const title = cleanHeading(text.title)
  let inside = 0
  let all = 0
  for (const piece of pieces(text)) {
    const path = piece.heading.map(cleanHeading)
    all += piece.length
    if (path.includes(heading) || (heading === title && holdsUnderTitle(path, title, titleSection)))
      inside += piece.length
  }
  return all > 0 && inside * 2 >= all
}

/** Which of the question's gold sections the passage lies in, by number; an alternate stands for the first. */
export function goldsCovered(
  text: PlacedText,
  question: EvalQuestion,
  titleSection: TitleSection = 'document',
): number[] {
  const covered = question.gold.flatMap((gold, index) => (isInSection(text, gold, titleSection) ? [index] : []))
  const byAlternate = question.alternates.some((section) => isInSection(text, section, titleSection))
  return byAlternate && !covered.includes(0) ? [0, ...covered] : covered
}

/** Which of the documents that hold gold sections this is, by number; an alternate's stands for the first. */
export function goldDocumentsCovered(text: Pick<PlacedText, 'path' | 'url'>, question: EvalQuestion): number[] {
  const covered = goldPaths(question).flatMap((path, index) => (isInDocument(text, path) ? [index] : []))
  const byAlternate = question.alternates.some((section) => isInDocument(text, section.path))
  return byAlternate && !covered.includes(0) ? [0, ...covered] : covered
}

export function goldPaths(question: EvalQuestion): string[] {
  return [...new Set(question.gold.map((section) => section.path))]
}

/** A heading as it is compared: without markup, anchors, shortcodes, letter case and blanks. */
function cleanHeading(heading: string): string {
  return heading
    .normalize('NFKC')
    .replace(/\{\{[<%](.*?)[%>]\}\}/g, (_, shortcode: string) => quotedWords(shortcode))
    .replace(/\s*\{:?\s*#[^}]*\}\s*$/, '')
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/^\s{0,3}#{1,6}\s+/, '')
    .replace(/\s+#+\s*$/, '')
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/&amp;/g, '&')
    .replace(/[`*_~\\\s]/g, '')
    .toLowerCase()
}

/** `{{% heading "prerequisites" %}}` reads "prerequisites". */
function quotedWords(shortcode: string): string {
  return [...shortcode.matchAll(/"([^"]*)"/g)].map((quoted) => quoted[1]).join(' ')
}

function holdsUnderTitle(path: readonly string[], title: string, titleSection: TitleSection): boolean {
  if (titleSection === 'document') return true
  return path.length === 0 || (path.length === 1 && path[0] === title)
}

interface Piece {
  heading: readonly string[]
  /** Characters that are not blank. */
  length: number
}

/** The text cut at the headings inside it: several sections may have been merged into one passage. */
function pieces(text: PlacedText): Piece[] {
  const found: Piece[] = [{ heading: text.heading, length: 0 }]
  const headings = headingLines(text.text)
  const trail = trailOf(text.heading, headings)
  for (const [index, line] of text.text.split('\n').entries()) {
    const heading = headings.get(index)
    if (heading !== undefined) {
      while ((trail.at(-1)?.level ?? 0) >= heading.level) trail.pop()
      trail.push(heading)
      found.push({ heading: trail.map((step) => step.name), length: 0 })
    }
    const piece = found.at(-1)
    if (piece !== undefined) piece.length += line.replace(/\s+/g, '').length
  }
  return found
}

interface HeadingStep {
  level: number
  name: string
}

/**
 * The heading path with a level for each step, known where the passage's own heading stands in the text. Otherwise the
 * outermost sections count as level 2, as below a title of level 1.
 */
function trailOf(path: readonly string[], headings: ReadonlyMap<number, HeadingStep>): HeadingStep[] {
  const own = cleanHeading(path.at(-1) ?? '')
  const level = [...headings.values()].find((step) => cleanHeading(step.name) === own)?.level ?? path.length + 1
  return path.map((name, index) => ({ level: level - (path.length - 1 - index), name }))
}

/** Markdown headings by line index, those in code fences left out. */
function headingLines(text: string): Map<number, HeadingStep> {
  const found = new Map<number, HeadingStep>()
  let fence: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const mark = line.match(/^\s*(```|~~~)/)?.[1]
    if (mark !== undefined) fence = fence === undefined ? mark : fence === mark ? undefined : fence
    const heading = fence === undefined && mark === undefined ? line.match(/^ {0,3}(#{1,6})\s+(.*\S)\s*$/) : null
    if (heading?.[1] !== undefined && heading[2] !== undefined) {
      found.set(index, { level: heading[1].length, name: heading[2] })
    }
  }
  return found
}

function decodedPath(url: string): string {
  const plain = url.replace(/[?#].*$/, '')
  try {
    return decodeURIComponent(plain).normalize('NFC')
  } catch {
    return plain
  }
}
