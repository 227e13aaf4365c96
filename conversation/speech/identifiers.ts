import type { Lang } from '#knowledge/document.ts'
import { letterByLetter } from './letters.ts'
import type { Lexicon } from './lexicon.ts'

/** Written in capitals for emphasis or by custom, and said as the words they are. */
const words: ReadonlySet<string> = new Set(
  (
    'NOT DO DOES NO YES ALL ANY AND OR IF BUT FOR THE THIS THAT IS ARE BE ON OFF OK NEVER ALWAYS MUST SHOULD MAY ONLY ONE TWO NOTE ' +
    'WARNING IMPORTANT CAUTION DANGER TIP TODO STOP START RUN WAIT THEN WHEN WITH FROM INTO SET GET PUT POST PATCH HEAD DROP ' +
    'SELECT INSERT UPDATE DELETE ALTER TABLE WHERE JOIN TRUE FALSE NULL UP DOWN OUT IN AT TO BY READ WRITE KILL BEFORE AFTER ' +
    'HOME PATH USER HOST PORT NAME FILE MODE TYPE DATA HIGH LOW INFO DEBUG ERROR FATAL WARN TRACE REST RAM NAT LAN WAN VACUUM ANALYZE REINDEX GRANT TIME ZONE LOCK PING FAIL PASS'
  ).split(' '),
)

/** Two consonants that no English word begins with, or no vowel at all: such a thing can't be said, only spelled. */
const unspeakable = /^[^aeiouy]+$|^[bcdfgjklmnpqrtvxz][bcdfgkmpqtvxz]/

/** Splits an identifier where it is written together: `pgStatActivity`, `HTTPServer`, `node_exporter`, `redis-0`. */
export function identifierParts(identifier: string): string[] {
  return identifier
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])(\d)/g, '$1 $2')
    .replace(/(\d)([A-Za-z]{2,})/g, '$1 $2')
    .split(/[\s_\-.]+/)
    .filter((part) => part !== '')
}

/** A word of letters in the case it has: said, or spelled where nobody could say it. */
export function spokenWord(word: string, lang: Lang, lexicon: Lexicon): string {
  const known = lexicon.at(word, 0, lang)
  if (known?.length === word.length) return known.reading
  if (/^\d+$/.test(word)) return word
  const plural = /^([A-Z]{2,})s$/.exec(word)?.[1]
  if (plural !== undefined) return lang === 'ja' ? letterByLetter(plural, lang) : `${letterByLetter(plural, lang)}'s`
  if (/^[A-Z]{2,}$/.test(word)) return isSaid(word) ? word.toLowerCase() : letterByLetter(word, lang)
  if (/^[A-Za-z]$/.test(word)) return letterByLetter(word, lang)
  if (/^[a-z]+$/.test(word) && word.length <= 5 && unspeakable.test(word)) return letterByLetter(word, lang)
  return word
}

/** Whether a word in capitals is said as a word: five letters and more with a vowel, or a word of the list. */
function isSaid(word: string): boolean {
  return words.has(word) || (word.length > 5 && !unspeakable.test(word.toLowerCase()))
}

/** An identifier as it is mentioned in a sentence: its words, without the signs between them. */
export function spokenIdentifier(identifier: string, lang: Lang, lexicon: Lexicon): string {
  const known = lexicon.at(identifier, 0, lang)
  if (known?.length === identifier.length) return known.reading
  const plain = /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(identifier) ? identifier.toLowerCase() : identifier
  const parts = identifierParts(plain).map((part) => spokenWord(part, lang, lexicon))
  const lower = parts.map((part, at) => (at > 0 && /^[A-Z][a-z]+$/.test(part) ? part.toLowerCase() : part))
  return lower.join(' ')
}
