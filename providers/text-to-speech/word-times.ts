import type { SpokenWord } from './text-to-speech.ts'

/** Quieter than this, for so long, is a pause. */
const quietest = 160
const shortestPauseMs = 60
const windowMs = 10

/**
 * Words as they stand in the text, punctuation with the word before it; nothing else gets lost. Japanese is cut where
 * its words end.
 */
export function wordsIn(text: string, lang: 'en' | 'ja'): string[] {
  const rough = text.split(/\s+/).filter((word) => word !== '')
  const words = lang === 'en' ? rough : rough.flatMap(japaneseWords)
  const whole: string[] = []
  for (const word of words) {
    if (whole.length > 0 && !/[\p{L}\p{N}]/u.test(word)) whole[whole.length - 1] += word
    else whole.push(word)
  }
  return whole
}

const segmenter = new Intl.Segmenter('ja', { granularity: 'word' })

function japaneseWords(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}

/**
 * When each word of a recording is said, where its synthesiser doesn't tell: the pauses between the clauses are found in
 * the sound, and within a clause the words share the time by their length.
 */
export function estimatedWordTimes(
  words: readonly string[],
  samples: Int16Array,
  sampleRate: number,
  startMs: number,
): SpokenWord[] {
  const stretches = soundStretches(samples, sampleRate, clausesOf(words).length)
  const clauses = stretches.length === clausesOf(words).length ? clausesOf(words) : [words]
  const spans = stretches.length === clauses.length ? stretches : [overall(stretches, samples.length, sampleRate)]
  return clauses.flatMap((clause, at) => {
    const span = spans[at] ?? { fromMs: 0, toMs: 0 }
    return spread(clause, startMs + span.fromMs, startMs + span.toMs)
  })
}

interface Stretch {
  fromMs: number
  toMs: number
}

function clausesOf(words: readonly string[]): string[][] {
  const clauses: string[][] = []
  let open = false
  for (const word of words) {
    if (open) clauses.at(-1)?.push(word)
    else clauses.push([word])
    open = !/[,;:.!?、。！？：；…—]$/.test(word)
  }
  return clauses
}

/** Where there is sound; of the pauses between, only the longest count, so that `most` stretches remain at most. */
function soundStretches(samples: Int16Array, sampleRate: number, most: number): Stretch[] {
  const window = Math.max(1, Math.round((sampleRate * windowMs) / 1000))
  const loud: boolean[] = []
  for (let from = 0; from < samples.length; from += window) {
    loud.push(samples.subarray(from, from + window).some((sample) => Math.abs(sample) > quietest))
  }
  const first = loud.indexOf(true)
  if (first < 0) return []
  const last = loud.lastIndexOf(true)
  const pauses: { from: number; to: number }[] = []
  for (let at = first; at <= last; at++) {
    if (loud[at] === true) continue
    const open = pauses.at(-1)
    if (open?.to === at) open.to = at + 1
    else pauses.push({ from: at, to: at + 1 })
  }
  const longest = pauses
    .filter(({ from, to }) => (to - from) * windowMs >= shortestPauseMs)
    .toSorted((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, most - 1)
    .toSorted((a, b) => a.from - b.from)
  const starts = [first, ...longest.map(({ to }) => to)]
  const ends = [...longest.map(({ from }) => from), last + 1]
  return starts.map((start, at) => ({ fromMs: start * windowMs, toMs: (ends[at] ?? start) * windowMs }))
}

function overall(stretches: readonly Stretch[], samples: number, sampleRate: number): Stretch {
  return { fromMs: stretches[0]?.fromMs ?? 0, toMs: stretches.at(-1)?.toMs ?? (samples * 1000) / sampleRate }
}

function spread(words: readonly string[], fromMs: number, toMs: number): SpokenWord[] {
  const weights = words.map(weight)
  const whole = weights.reduce((sum, one) => sum + one, 0)
  let before = 0
  return words.map((text, at) => {
    const start = before
    before += weights[at] ?? 0
    const place = (share: number) => Math.round(fromMs + ((toMs - fromMs) * share) / whole)
    return { text, fromMs: place(start), toMs: place(before) }
  })
}

/** About how long a word takes: in letters of English. A digit is a word of its own, a Chinese character two syllables. */
function weight(word: string): number {
  let sum = 1
  for (const character of word) {
    if (/\p{N}/u.test(character)) sum += 4
    else if (/\p{Script=Han}/u.test(character)) sum += 4
    else if (/[\p{Script=Hiragana}\p{Script=Katakana}ー]/u.test(character)) sum += 2
    else if (/\p{L}/u.test(character)) sum += 1
  }
  return sum
}
