const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u
const marks = /[^\p{L}\p{N}'’ー.\s-]+|(?<!\d)\.|\.(?!\d)|(?<![\p{L}\p{N}])-|-(?![\p{L}\p{N}])/gu

/** Spoken words as they are compared: small letters, no marks but those within a word or a number. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('’', "'").replace(marks, ' ').trim()
  return plain === '' ? [] : plain.split(/\s+/)
}

/** Japanese as it is compared: without spaces and marks. */
export function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}ー]+/gu, '')
}

export function isJapanese(text: string): boolean {
  return japanese.test(text)
}

/** How far two words are apart, 0 (the same) to 1; letters put in, left out or changed. */
export function wordDistance(one: string, other: string): number {
  if (one === other) return 0
  const longer = Math.max(one.length, other.length)
  let above = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [row, letter] of Array.from(one).entries()) {
    const here = [row + 1]
    for (let at = 0; at < other.length; at += 1) {
      const changed = (above[at] ?? 0) + (letter === other[at] ? 0 : 1)
      here.push(Math.min(changed, (above[at + 1] ?? 0) + 1, (here[at] ?? 0) + 1))
    }
    above = here
  }
  return (above[other.length] ?? longer) / longer
}
