import { joinedSounds } from './distance.ts'
import { englishRules } from './english-rules.ts'
import { digitNames, letterNames } from './letters.ts'

/**
 * The sounds of a word, one character each. Vowels: i I e a A o u V E(y) Y(ai) W(au) Q(oi) @; consonants as they are
 * written, and T (th) D (dh) S (sh) Z (zh) C (ch) J (dzh) N (ng).
 */
export type Sounds = string

interface Rule {
  letters: string
  left: RegExp
  right: RegExp
  sounds: Sounds
}

const signs: Readonly<Record<string, string>> = {
  '#': '[aeiouy]+',
  ':': '[^aeiouy ]*',
  '^': '[^aeiouy ]',
  '.': '[bdgjlmnrvwz]',
  '+': '[eiy]',
  '%': '(?:er|es|ed|ing|ely|e)(?= )',
}

const rules: ReadonlyMap<string, readonly Rule[]> = rulesByLetter()

function rulesByLetter(): Map<string, Rule[]> {
  const byLetter = new Map<string, Rule[]>()
  for (const line of englishRules) {
    const [, left = '', letters = '', right = '', sounds = ''] = /^([^[]*)\[([a-z]+)\]([^=]*)=(.*)$/.exec(line) ?? []
    const pattern = (text: string): string => Array.from(text, (sign) => signs[sign] ?? sign).join('')
    const rule = { letters, left: new RegExp(`${pattern(left)}$`), right: new RegExp(`^${pattern(right)}`), sounds }
    byLetter.set(letters.charAt(0), [...(byLetter.get(letters.charAt(0)) ?? []), rule])
  }
  return byLetter
}

const known = new Map<string, Sounds>()
const mostKnown = 50_000

/** How a word of letters is read; remembered, since talk repeats itself. */
export function soundsOfWord(word: string): Sounds {
  const small = word.toLowerCase()
  const before = known.get(small)
  if (before !== undefined) return before
  const sounds = read(small)
  if (known.size >= mostKnown) known.clear()
  known.set(small, sounds)
  return sounds
}

function read(word: string): Sounds {
  const text = ` ${word} `
  let sounds = ''
  for (let at = 1; at < text.length - 1; ) {
    const before = text.slice(0, at)
    const rule = rules.get(text.charAt(at))?.find(({ letters, left, right }) => {
      const end = at + letters.length
      return text.startsWith(letters, at) && left.test(before) && right.test(text.slice(end))
    })
    sounds += rule?.sounds ?? ''
    at += rule?.letters.length ?? 1
  }
  return sounds
}

/** How a text of words, letters and digits is read: single letters by their names, figures digit by digit. */
export function soundsOfText(text: string): Sounds {
  return Array.from(text.matchAll(/[A-Za-z]+|\d/g), ([part]) => soundsOfToken(part)).reduce(joinedSounds, '')
}

/** A word, or a letter or digit by its name; capitals without a vowel are letters. */
export function soundsOfToken(token: string): Sounds {
  if (/^\d+$/.test(token)) return Array.from(token, (digit) => soundsOfWord(digitNames[Number(digit)] ?? '')).join('')
  if (isSpelled(token)) return Array.from(token.toLowerCase(), (letter) => letterNames[letter] ?? '').join('')
  return soundsOfWord(token)
}

/** Nobody could say it as a word. */
export function isSpelled(token: string): boolean {
  if (token.length === 1) return token !== 'a'
  if (/^[A-Z]{2,}$/.test(token)) return token.length <= 3 || !/[AEIOUY]/.test(token)
  return /^(?:y(?=[^aeiou]))?[^aeiouy]+$/i.test(token)
}
