/**
 * What must never be made up or mixed up: commands, flags, paths, URLs and numbers, as they stand in a text, in a form
 * that ignores width, backquotes, letter case where nothing hangs on it, and runs of white space.
 */
export interface Values {
  /** `85`, `0.5`, `1000`. */
  numbers: ReadonlySet<string>
  /** `--force`, `-c`. */
  flags: ReadonlySet<string>
  /** `/etc/hosts`, `config.yaml`. */
  paths: ReadonlySet<string>
  urls: ReadonlySet<string>
  /** The content of backquotes and each line of fenced code. */
  code: ReadonlySet<string>
}

const url = /https?:\/\/[^\s<>"'`)\]、。，）」]+/g
const flag = /(?<![\w-])--?[A-Za-z][\w-]*/g
const path =
  /(?<![\w/.-])(?:~|\.{1,2})?\/[\w.$*{}<>@-]+(?:\/[\w.$*{}<>@-]*)*|(?<![\w/.-])[\w-]+(?:\/[\w.-]+)*\.(?:ya?ml|json|conf|cfg|ini|toml|sh|py|go|md|db|log|service|key|crt|pem|txt|sql|env|xml|html)\b/g
const number = /(?<![A-Za-z0-9_.])\d+(?:[.,]\d+)*(?![\d])/g
const fencedCode = /^[ \t>]*(`{3,}|~{3,})[^\n]*\n([\s\S]*?)(?:^[ \t>]*\1[`~]*[ \t]*$|$(?![\s\S]))/gm
const inlineCode = /(?<!`)`([^`\n]{1,300})`(?!`)/g

/** NFKC, no backquotes, single blanks. */
export function normalised(text: string): string {
  return text.normalize('NFKC').replace(/`/g, '').replace(/\s+/g, ' ').trim()
}

export function valuesOf(markdown: string): Values {
  const text = markdown.normalize('NFKC')
  const withoutUrls = text.replace(url, ' ')
  return {
    numbers: new Set(numbersIn(withoutUrls)),
    flags: new Set(withoutUrls.match(flag) ?? []),
    paths: new Set((withoutUrls.match(path) ?? []).map(withoutEnd).filter((found) => /\w/.test(found))),
    urls: new Set((text.match(url) ?? []).map(withoutEnd)),
    code: new Set(codeIn(text)),
  }
}

/** Numbers as written, thousands' commas left out. A digit inside a name (`k8s`, `v1beta1`) is none. */
function numbersIn(text: string): string[] {
  return (text.match(number) ?? []).map((found) => found.replace(/,(?=\d{3}\b)/g, '').replace(/[.,]$/, ''))
}

function codeIn(text: string): string[] {
  const found: string[] = []
  const prose = text.replace(fencedCode, (_, __, body: string) => {
    found.push(...body.split('\n'))
    return '\n'
  })
  for (const [, span] of prose.matchAll(inlineCode)) if (span !== undefined) found.push(span)
  return found.map(normalised).filter((line) => /[\p{L}\d]/u.test(line))
}

function withoutEnd(found: string): string {
  return found.replace(/[.,;:!?'"*]+$/, '')
}

const numberWords: Readonly<Record<string, string>> = {
  zero: '0', one: '1', two: '2', three: '3', four: '4', five: '5', six: '6', seven: '7', eight: '8', nine: '9', ten: '10',
  eleven: '11', twelve: '12', fifteen: '15', twenty: '20', thirty: '30', sixty: '60', hundred: '100', thousand: '1000',
  half: '50', once: '1', twice: '2', single: '1', both: '2', 一: '1', 二: '2', 三: '3', 四: '4', 五: '5', 六: '6', 七: '7', 八: '8',
  九: '9', 十: '10', 百: '100', 千: '1000', 半: '50',
} // biome-ignore format: a table

const isEnglish = ([word]: readonly [string, string]): boolean => word.charCodeAt(0) < 128
const japaneseNumbers = Object.entries(numberWords).filter((entry) => !isEnglish(entry))
const englishNumber = new RegExp(
  `\\b(?:${Object.entries(numberWords)
    .filter(isEnglish)
    .map(([word]) => word)
    .join('|')})\\b`,
  'gi',
)

/** A source to hold an answer's values against. */
export class ValueSource {
  readonly #text: string
  readonly #lower: string
  readonly #numbers: ReadonlySet<string>

  constructor(texts: readonly string[]) {
    const all = texts.join('\n')
    this.#text = normalised(all)
    this.#lower = this.#text.toLowerCase()
    const numbers = new Set(numbersOfSource(all))
    for (const [word, digits] of japaneseNumbers) if (this.#text.includes(word)) numbers.add(digits)
    for (const [word] of this.#text.matchAll(englishNumber)) {
      const digits = numberWords[word.toLowerCase()]
      if (digits !== undefined) numbers.add(digits)
    }
    this.#numbers = numbers
  }

  /** The values of the text that stand nowhere in here. */
  missing(values: Values): string[] {
    return [
      ...[...values.numbers].filter((found) => !this.#numbers.has(found)),
      ...[...values.flags].filter((found) => !this.#hasWord(found)),
      ...[...values.paths, ...values.urls].filter((found) => !this.#text.includes(found)),
      ...[...values.code].filter((found) => !this.#lower.includes(found.toLowerCase())),
    ]
  }

  #hasWord(word: string): boolean {
    for (let at = this.#text.indexOf(word); at >= 0; at = this.#text.indexOf(word, at + 1)) {
      if (!/[\w-]/.test(this.#text.charAt(at + word.length))) return true
    }
    return false
  }
}

/** Every run of digits counts, also in `v1.28` and `10ms`, and with and without its decimals' zeros. */
function numbersOfSource(text: string): string[] {
  return (text.normalize('NFKC').match(/\d+(?:[.,]\d+)*/g) ?? []).flatMap((found) => {
    const whole = found.replace(/,(?=\d{3}\b)/g, '')
    return [whole, found, ...whole.split(/[.,]/), ...(whole.match(/\d+\.\d+/g) ?? [])]
  })
}
