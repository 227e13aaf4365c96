import { isJapanese, lettersOf, wordsOf } from './words.ts'

/** Words before `over` that it belongs to: `fail over` is no end. */
const takesOver =
  /^(?:fail|fails|failed|failing|hand|hands|take|takes|took|roll|rolls|start|turn|switch|carry|move|go|going|come|all|is|was|be|left|cut|over|not|game|when|it|that|this|them)$/

/**
 * The word at the end of the text that says that it is the end, as it stands there; undefined where there is none or
 * where it may be part of the sentence.
 */
export function endpointWordIn(text: string, words: readonly string[]): string | undefined {
  const trimmed = text.replace(/[\s.,!?。、！？]+$/u, '')
  for (const word of [...words].sort((one, other) => other.length - one.length)) {
    const length = word.length
    const end = trimmed.slice(-length)
    if (end.toLowerCase() !== word.toLowerCase()) continue
    const before = trimmed.slice(0, -length)
    if (isJapanese(word) ? standsAloneInJapanese(before) : standsAlone(before, word)) return end
  }
  return undefined
}

function standsAlone(before: string, word: string): boolean {
  if (/[\p{L}\p{N}]$/u.test(before)) return false
  const previous = wordsOf(before)
  // Alone it is an answer, and what it means is for others to say.
  if (previous.length < 2) return false
  return word.toLowerCase() !== 'over' || !takesOver.test(previous.at(-1) ?? '')
}

/** 「3件以上」 is a number, 「どうぞ」 alone a reply. */
function standsAloneInJapanese(before: string): boolean {
  const letters = lettersOf(before)
  return (
    letters.length >= 3 &&
    !/[\d一二三四五六七八九十百千件回分秒個台%割倍度]$/u.test(letters) &&
    !/[がにの]$/u.test(letters)
  )
}
