import type { Lang } from '#knowledge/document.ts'
import { identifierParts, spokenWord } from './identifiers.ts'
import { symbolName } from './letters.ts'
import type { Lexicon } from './lexicon.ts'

/** Beyond this nobody types by ear. */
const longestSaid = 64
const mostSymbols = 16

/** Whether code is short enough to be typed while it is heard. */
export function isSayable(code: string): boolean {
  const symbols = code.match(/[^A-Za-z0-9\s]/g)?.length ?? 0
  return !code.includes('\n') && code.length <= longestSaid && symbols <= mostSymbols
}

/**
 * Code so that it can be typed: each symbol by its name, each word said or spelled, and a pause (a comma) between the
 * arguments: "kube control, rollout, undo, deploy slash A P I, dash dash to dash revision equals 3".
 */
export function spokenCode(code: string, lang: Lang, lexicon: Lexicon): string {
  const argumentsOf = code
    .trim()
    .replace(/^[$#%>]\s+/, '')
    .split(/\s+/)
  return argumentsOf.map((argument) => spokenArgument(argument, lang, lexicon)).join(lang === 'ja' ? '、' : ', ')
}

/** One word of a command, with its symbols. */
export function spokenArgument(argument: string, lang: Lang, lexicon: Lexicon): string {
  const said: string[] = []
  for (let at = 0; at < argument.length; ) {
    const known = lexicon.at(argument, at, lang)
    const word = /^(?:[A-Za-z]+|\d+|[\p{L}\p{M}]+)/u.exec(argument.slice(at))?.[0]
    if (known !== undefined && known.length >= (word?.length ?? 1)) {
      said.push(known.reading)
      at += known.length
      continue
    }
    if (word !== undefined) {
      // A flag of one letter is another one in capitals.
      const isCapitalFlag = /^[A-Z]$/.test(word) && argument.charAt(at - 1) === '-'
      const parts = identifierParts(word).map((part) => spokenWord(part, lang, lexicon))
      said.push(isCapitalFlag ? `${lang === 'ja' ? '大文字の' : 'capital '}${parts.join(' ')}` : parts.join(' '))
      at += word.length
      continue
    }
    const symbol = argument.charAt(at)
    said.push(symbolName(symbol, lang) ?? '')
    at += 1
  }
  return said.filter((part) => part !== '').join(' ')
}
