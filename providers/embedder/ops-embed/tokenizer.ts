/** Runs of these are tokenised, each by itself; everything else (0) separates. First and last of each range. */
const latin = 1
const scripts = ['09AZaz', '\u3005\u3007\u3400\u4dbf\u4e00\u9fff', '\u30a1\u30fa\u30fc\u30ff', '\u3041\u309f']

const camelCuts = /(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/
const wordStart = '\u2581'
const longestWord = 32
const unknownCharacterScore = -100
const cachedWords = 50_000

/** A unigram tokenizer: steps and table format in model/MODEL_CARD.md, "Tokenising". */
export class OpsTokenizer {
  readonly size: number
  readonly #ids = new Map<string, number>()
  readonly #scores: Float64Array
  readonly #cache = new Map<string, readonly number[]>()
  readonly #runs = new Map<string, readonly number[]>()
  /** By UTF-16 code: 1 for the first of `scripts`, and so on. Looking up is several times faster than matching. */
  readonly #scriptOf = scriptTable()
  /** Length of the longest piece that begins with a letter, by UTF-16 code. */
  readonly #longestFrom = new Uint8Array(65_536)
  #scratch = scratch(64)

  /** @param table The text of tokenizer.tsv: one `piece TAB score` a line, the id is the line's number from 0. */
  constructor(table: string) {
    const lines = table.split('\n').filter((line) => line !== '')
    this.size = lines.length
    this.#scores = new Float64Array(lines.length)
    for (const [id, line] of lines.entries()) {
      const tab = line.indexOf('\t')
      const piece = line.slice(0, tab)
      this.#ids.set(piece, id)
      this.#scores[id] = Number(line.slice(tab + 1))
      const first = piece.charCodeAt(0)
      this.#longestFrom[first] = Math.max(this.#longestFrom[first] ?? 0, piece.length)
    }
  }

  /** Token ids of a text, duplicates kept, in order. */
  tokens(text: string): number[] {
    const tokens: number[] = []
    const plain = text.normalize('NFKC')
    const scriptOf = this.#scriptOf
    for (let start = 0; start < plain.length; ) {
      const script = scriptOf[plain.charCodeAt(start)] ?? 0
      let end = start + 1
      while (end < plain.length && (scriptOf[plain.charCodeAt(end)] ?? 0) === script) end++
      if (script !== 0) {
        const run = plain.slice(start, end)
        const pieces = script === latin ? this.#latin(run) : this.#split(withoutFinalLengthMark(run))
        for (let at = 0; at < pieces.length; at++) tokens.push(pieces[at] ?? 0)
      }
      start = end
    }
    return tokens
  }

  #latin(run: string): readonly number[] {
    const known = this.#runs.get(run)
    if (known !== undefined) return known
    const into: number[] = []
    const parts = run.split(camelCuts)
    if (parts.length > 1) {
      const whole = this.#ids.get(wordStart + run.toLowerCase())
      if (whole !== undefined) into.push(whole)
    }
    for (const part of parts) into.push(...this.#split(wordStart + part.slice(0, longestWord).toLowerCase()))
    if (this.#runs.size >= cachedWords) this.#runs.clear()
    if (run.length <= longestWord) this.#runs.set(run, into)
    return into
  }

  /** The split with the largest sum of scores (Viterbi); ties go to the earlier candidate. */
  #split(word: string): readonly number[] {
    const known = this.#cache.get(word)
    if (known !== undefined) return known
    const { best, from, by } = this.#scratchFor(word.length)
    best.fill(-1e18, 0, word.length + 1)
    best[0] = 0
    for (let start = 0; start < word.length; start++) {
      const soFar = best[start] ?? 0
      const last = Math.min(word.length, start + (this.#longestFrom[word.charCodeAt(start)] ?? 0))
      for (let end = start + 1; end <= last; end++) {
        const id = this.#ids.get(word.slice(start, end))
        if (id === undefined) continue
        const score = soFar + (this.#scores[id] ?? 0)
        if (score <= (best[end] ?? 0)) continue
        best[end] = score
        from[end] = start
        by[end] = id
      }
      if (soFar + unknownCharacterScore <= (best[start + 1] ?? 0)) continue
      best[start + 1] = soFar + unknownCharacterScore
      from[start + 1] = start
      by[start + 1] = -1
    }
    const pieces: number[] = []
    for (let end = word.length; end > 0; end = from[end] ?? 0) {
      const id = by[end] ?? -1
      if (id >= 0) pieces.push(id)
    }
    pieces.reverse()
    if (this.#cache.size >= cachedWords) this.#cache.clear()
    this.#cache.set(word, pieces)
    return pieces
  }

  /** Room for a word of that length, used again and again. */
  #scratchFor(length: number): Scratch {
    if (this.#scratch.best.length <= length) this.#scratch = scratch(2 * length)
    return this.#scratch
  }
}

/** By the end of each beginning of a word: its best score, where its last piece begins, and that piece. */
interface Scratch {
  best: Float64Array
  from: Int32Array
  by: Int32Array
}

function scratch(length: number): Scratch {
  return { best: new Float64Array(length + 1), from: new Int32Array(length + 1), by: new Int32Array(length + 1) }
}

function scriptTable(): Uint8Array {
  const table = new Uint8Array(65_536)
  for (const [at, ranges] of scripts.entries()) {
    for (let range = 0; range < ranges.length; range += 2) {
      table.fill(at + 1, ranges.charCodeAt(range), ranges.charCodeAt(range + 1) + 1)
    }
  }
  return table
}

/** サーバー and サーバ are the same word. */
function withoutFinalLengthMark(run: string): string {
  const first = run.charCodeAt(0)
  const katakana = first >= 0x30a1 && first <= 0x30ff
  return katakana && run.length >= 4 && run.endsWith('\u30fc') ? run.slice(0, -1) : run
}
