/** A piece of a text by its place in it. */
export interface Span {
  from: number
  to: number
}

const abbreviations = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|no|fig|approx|ca|resp|incl|mr|ms|dr|st|max|min)\.$/i
/** No backquote: code is skipped as a whole, so one that stands after a sentence opens the next. */
const closers = /["'”’)\]*_」』）】]/
const onlyClosers = /[”’)\]」』）】]/
/** Longer than any sentence worth quoting; an opening quote or bracket that is never closed ends here. */
const longestNesting = 400

/**
 * Cuts prose into sentences, English and Japanese, without the white space around them. Does not cut inside backquotes,
 * brackets, links, versions and abbreviations; a line break alone ends nothing.
 */
export function sentenceSpans(text: string, from = 0, to = text.length): Span[] {
  const spans: Span[] = []
  let start = from
  const end = (at: number): void => {
    const span = trimmed(text, start, at)
    if (span !== undefined) spans.push(span)
    start = at
  }
  for (let at = from; at < to; ) {
    const char = text.charAt(at)
    if (pairs[char] !== undefined) {
      at = closing(text, at, to) + 1
      // A sentence in brackets of its own.
      if (/[.!?][)）]$/.test(text.slice(start, at)) && /^\s+[A-Z`]/.test(text.slice(at, at + 9))) end(at)
    } else if (endsSentence(text, at, start, to)) {
      at = pastClosers(text, at + 1, to)
      end(at)
    } else at += 1
  }
  end(to)
  return spans
}

function endsSentence(text: string, at: number, start: number, to: number): boolean {
  const char = text.charAt(at)
  if (char === '。' || char === '！' || char === '？') return true
  if (char !== '.' && char !== '!' && char !== '?') return false
  const after = pastClosers(text, at + 1, to)
  if (after >= to || !/\s/.test(text.charAt(after))) return false
  if (char !== '.') return true
  if (abbreviations.test(text.slice(Math.max(start, at - 8), at + 1))) return false
  const next = text
    .slice(after, after + 40)
    .trimStart()
    .replace(/^[>*_#"'“‘([]+\s*/, '')
  return !/^[a-z]/.test(next) || /^[a-z]+[A-Z_\-/]/.test(next)
}

/** The sentences themselves. */
export function sentencesOf(text: string): string[] {
  return sentenceSpans(text).map(({ from, to }) => text.slice(from, to))
}

const pairs: Readonly<Record<string, string>> = { '`': '`', '(': ')', '[': ']', '「': '」', '（': '）' }

/** Where what opens here closes; here itself when it does not close soon. */
function closing(text: string, open: number, to: number): number {
  const opener = text.charAt(open)
  const closer = pairs[opener] ?? opener
  const limit = Math.min(to, open + longestNesting)
  let depth = 0
  for (let at = open; at < limit; at++) {
    const char = text.charAt(at)
    if (opener === '`') {
      if (at > open && char === '`') return at
      if (char === '\n' && text.charAt(at + 1) === '\n') return open
    } else if (char === opener) depth += 1
    else if (char === closer) {
      depth -= 1
      if (depth === 0) return at
    }
  }
  return open
}

/** A mark that may open as well as close ("。**Now** …") closes only where white space or the end follows. */
function pastClosers(text: string, at: number, to: number): number {
  let after = at
  while (after < to && closers.test(text.charAt(after))) after += 1
  if (after >= to || /\s/.test(text.charAt(after))) return after
  after = at
  while (after < to && onlyClosers.test(text.charAt(after))) after += 1
  return after
}

/** Without the white space, quote marks of Markdown and bullets at both ends; undefined when nothing is left. */
function trimmed(text: string, from: number, to: number): Span | undefined {
  let start = from
  let stop = to
  while (start < stop && /\s/.test(text.charAt(start))) start += 1
  while (stop > start && /\s/.test(text.charAt(stop - 1))) stop -= 1
  while (/^>\s?/.test(text.slice(start, stop))) {
    start += 1
    while (start < stop && /\s/.test(text.charAt(start))) start += 1
  }
  return start < stop ? { from: start, to: stop } : undefined
}
