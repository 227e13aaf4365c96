import { answerSentences } from './answer-sentences.ts'

/** At most this many characters, a string is matched only where no letter or digit touches it: `1` is not in `10`. */
const shortLength = 4

/** Whether the text holds the string: letter case, backquotes and runs of blanks do not matter. */
export function holds(text: string, wanted: string): boolean {
  const needle = plain(wanted)
  if (needle === '') return false
  return [...matchesOf(plain(text), needle)].length > 0
}

/** Which key points the text holds, in their order; of each list, any one will do. */
export function keyPointsHeld(text: string, keyPoints: readonly (readonly string[])[]): boolean[] {
  return keyPoints.map((accepted) => accepted.some((wanted) => holds(text, wanted)))
}

/**
 * Which of the strings the answer recommends. One that stands only where the answer marks it as old, wrong, refused
 * or dangerous is not recommended.
 */
export function recommended(answer: string, mustNot: readonly string[]): string[] {
  const sentences = answerSentences(answer)
  return mustNot.filter((wanted) => {
    const literal = wanted.includes('`')
    if (!literal && !holds(answer, wanted)) return false
    if (literal && !collapse(answer).includes(collapse(wanted))) return false
    const where = sentences.filter(({ text }) =>
      literal ? collapse(text).includes(collapse(wanted)) : holds(text, wanted),
    )
    // Across a sentence's end no mark can be told to belong to it.
    return where.length === 0 || where.some(({ text, leadIn }) => !warns(text) && !warns(leadIn))
  })
}

function plain(text: string): string {
  return collapse(text.replaceAll('`', ''))
}

function collapse(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim()
}

function* matchesOf(text: string, needle: string): Generator<number> {
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    if (needle.length > shortLength || standsAlone(text, at, needle.length)) yield at
  }
}

function standsAlone(text: string, at: number, length: number): boolean {
  const before = text.slice(0, at).match(/[a-z0-9](?:\.)?$/i)
  const after = text.slice(at + length).match(/^(?:\.)?[a-z0-9]/i)
  const first = /^[a-z0-9]/i.test(text.slice(at))
  const last = /[a-z0-9]$/i.test(text.slice(at, at + length))
  return !(first && before !== null && touches(before[0])) && !(last && after !== null && touches(after[0]))
}

/** A letter or digit touches; so does one behind a point, as in `1.5`, if it is a digit. */
function touches(edge: string): boolean {
  return edge.length === 1 || /\d/.test(edge)
}

/** Narrow on purpose: "until" or a mere negation stands in many a sentence that recommends. */
const warning = new RegExp(
  [
    /\b(?:old|older|out ?dated|out of date|obsolete|legacy|stale|archived|deprecated?|superseded|replaced by|removed in)\b/,
    /\b(?:formerly|previously|used to|no longer|in the past)\b/,
    /\b(?:do not|don['’]t|must not|mustn['’]t|should not|shouldn['’]t|never|avoid|instead of|rather than|not recommended)\b/,
    /\b(?:refuse|ignored|not followed|disagree|contradict|conflict|says? otherwise|suspicious|planted|warning|caution|dangerous|destructive)/,
    /⚠|古い|古く|旧|以前|昔|従来|かつて|過去|非推奨|廃止|陳腐|置き換え|ではなく|しないで|なりません|いけません|推奨されません|使用しません|使わない|避け/,
    /禁止|無視|従わ|従いません|拒否|食い違|矛盾|異なる|相違|不審|注意|警告|危険/,
  ]
    .map((part) => part.source)
    .join('|'),
  'i',
)

function warns(text: string): boolean {
  return warning.test(text)
}
