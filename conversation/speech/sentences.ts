/** A sentence longer than this is cut where it can be, so that nobody waits for its end. */
const longest = 320

/** After these a full stop ends nothing, unless what follows can only be a sentence. */
const abbreviations: ReadonlySet<string> = new Set(
  'e.g i.e vs cf approx resp incl excl min max no nos fig sec ver vol ed mr mrs ms dr prof st jr inc ltd co dept est ca al eq ref refs a.m p.m u.s'.split(
    ' ',
  ),
)
const openers: Readonly<Record<string, string>> = { '「': '」', '『': '』', '（': '）' }
const fence = /^[ \t]{0,12}(`{3,}|~{3,})/

/**
 * Cuts text that comes in pieces into sentences, each as soon as it is certain to be one: not within code, figures,
 * abbreviations, Japanese quotes or file names. Headings, items of lists and blocks of code are sentences of their own.
 * A citation that comes after its sentence was given is given by itself.
 */
export class SentenceCutter {
  #text = ''

  /** Sentences that are complete now; with the space behind them, so that joined they are the text. */
  push(piece: string): string[] {
    this.#text += piece
    return [...this.#cut(false)]
  }

  /** What is left at the end. */
  rest(): string[] {
    const all = [...this.#cut(true)]
    if (this.#text.trim() !== '') all.push(this.#text)
    this.#text = ''
    return all
  }

  *#cut(isEnd: boolean): Generator<string> {
    for (;;) {
      const end = endOfFirst(this.#text, isEnd)
      if (end === undefined) return
      const sentence = this.#text.slice(0, end)
      this.#text = this.#text.slice(end)
      if (sentence.trim() !== '') yield sentence
    }
  }
}

/** The sentences of a text. */
export function sentencesIn(text: string): string[] {
  const cutter = new SentenceCutter()
  return [...cutter.push(text), ...cutter.rest()]
}

/** Sentences of a reply while it is being written, so that speaking begins early. */
export async function* sentences(pieces: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string> {
  const cutter = new SentenceCutter()
  for await (const piece of pieces) {
    signal.throwIfAborted()
    yield* cutter.push(piece)
  }
  yield* cutter.rest()
}

/** Where the first sentence ends, with the space behind it; undefined: that can't be told yet. */
function endOfFirst(text: string, isEnd: boolean): number | undefined {
  const lead = /^\s*/.exec(text)?.[0].length ?? 0
  if (lead === text.length) return undefined
  // Of a sentence that was given already.
  const cited = /^(?:\[\d{1,3}(?:,\s*\d{1,3})*\]\s+)+(?=[^\s[])/.exec(text.slice(lead))?.[0]
  if (cited !== undefined) return lead + cited.length
  const lineStart = text.lastIndexOf('\n', lead - 1) + 1
  const marks = fence.exec(text.slice(lineStart))?.[1]
  if (marks !== undefined) return endOfCode(text, lead, marks, isEnd)
  for (let at = lead; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '`' || openers[character] !== undefined) {
      const close = closeOf(text, at)
      if (close !== undefined) {
        at = close - 1
        continue
      }
      // One that isn't closed in its line is none; whether it will be can't be told yet.
      if (!isEnd && !text.includes('\n', at) && text.length - at < longest) return undefined
      at += (/^`+/.exec(text.slice(at, at + 12))?.[0].length ?? 1) - 1
      continue
    }
    if (character === '\n') {
      const end = endOfLine(text, at, isEnd)
      if (end === 'unknown') return undefined
      if (end !== undefined) return end
    }
    if (isRow(text, at)) continue
    if (/[。！？]/.test(character)) return endOfWide(text, at, isEnd)
    if (/[.!?…]/.test(character)) {
      const end = endOfStop(text, lead, at, isEnd)
      if (end === 'unknown') return undefined
      if (end !== undefined) return end
    }
    if (at - lead >= longest) return longCut(text, lead, at)
  }
  return undefined
}

function endOfCode(text: string, lead: number, marks: string, isEnd: boolean): number | undefined {
  const close = new RegExp(`\\n[ \\t]{0,12}${marks}[${marks.charAt(0)}]*[ \\t]*(\\n|$)`, 'g')
  close.lastIndex = lead
  const found = close.exec(text)
  if (found === null || (found[1] === '' && !isEnd)) return isEnd ? text.length : undefined
  return found.index + found[0].length
}

/** Behind the inline code or the quote that begins at `at`, if it ends in the same line. */
function closeOf(text: string, at: number): number | undefined {
  const near = text.slice(at, at + longest)
  const closer = openers[near.charAt(0)]
  const marks = closer ?? /^`+/.exec(near)?.[0] ?? '`'
  const close = near.indexOf(marks, closer === undefined ? marks.length : 1)
  const lineEnd = near.indexOf('\n')
  return close < 0 || (lineEnd >= 0 && lineEnd < close) ? undefined : at + close + marks.length
}

/** An empty line, or one that begins something new, ends what came before. */
function endOfLine(text: string, at: number, isEnd: boolean): number | 'unknown' | undefined {
  const rest = text.slice(at + 1)
  // A table is one thing.
  if (isRow(text, at)) {
    if (/^[ \t]*\|/.test(rest)) return undefined
    return isEnd || /\S|\n/.test(rest) ? at + 1 : 'unknown'
  }
  const next = /^[ \t]*(?:\n|#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|\||`{3}|~{3}|>)/.exec(rest)
  if (next !== null) return at + 1
  // The heading before it has no other end.
  if (/(?:^|\n)[ \t]*#{1,6}\s[^\n]*$/.test(text.slice(0, at))) return at + 1
  if (!isEnd && /^[ \t]*(?:#{1,6}|[-*+•]|\d{0,3}[.)]?|`{1,2}|~{1,2})?$/.test(rest)) return 'unknown'
  return undefined
}

function endOfWide(text: string, at: number, isEnd: boolean): number | undefined {
  let end = at + 1
  while (/[。！？」』）)]/.test(text.charAt(end))) end += 1
  // Citations belong to the sentence before them.
  const cited = /^\s*(?:\[\d{1,3}(?:,\s*\d{1,3})*\]\s*)+/.exec(text.slice(end))?.[0] ?? ''
  if (!isEnd && end + cited.length === text.length && /\[[\d,\s]*$/.test(text.slice(end))) return undefined
  return end + cited.length
}

function endOfStop(text: string, lead: number, at: number, isEnd: boolean): number | 'unknown' | undefined {
  let end = at + 1
  while (/[.!?…"'”’)\]*_」]/.test(text.charAt(end))) end += 1
  if (end === text.length) return isEnd ? end : 'unknown'
  const cited = /^\s*(?:\[\d{1,3}(?:,\s*\d{1,3})*\])+/.exec(text.slice(end))?.[0] ?? ''
  end += cited.length
  const space = /^\s+/.exec(text.slice(end))?.[0] ?? ''
  if (space === '') {
    if (end === text.length) return isEnd ? end : 'unknown'
    return undefined
  }
  const next = text.slice(end + space.length, end + space.length + 1)
  if (next === '') return isEnd ? end + space.length : 'unknown'
  // Something may yet turn out to be a citation.
  if (next === '[' && !/^\[(?:\D|\d+\D)/.test(text.slice(end + space.length)))
    return isEnd ? end + space.length : 'unknown'
  if (text.charAt(at) !== '.') return end + space.length
  const word = /[\p{L}\p{N}.]*$/u.exec(text.slice(lead, at))?.[0] ?? ''
  // The number of an item.
  if (/^\d{1,3}$/.test(word) && /(?:^|\n)\s*\d{1,3}$/.test(text.slice(0, at))) return undefined
  if (/^[a-z]/.test(next)) return undefined
  if (abbreviations.has(word.toLowerCase()) || /^[A-Z]$/.test(word)) return undefined
  return end + space.length
}

/** In a sentence that goes on and on: after its last comma, else after its last word. */
function longCut(text: string, lead: number, at: number): number {
  const part = text.slice(lead, at)
  const clause = Math.max(part.search(/[,;:、][^,;:、]*$/), -1)
  if (clause > longest / 3) return lead + clause + 1
  const space = part.search(/\s\S*$/)
  return space > longest / 3 ? lead + space + 1 : at
}

/** Whether the line of a place is one of a table. */
function isRow(text: string, at: number): boolean {
  return /^[ \t]*\|/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))
}
