import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { type Chance, chance } from './chance.ts'

const textFiles = new Set(['.md', '.mdx', '.rst', '.adoc', '.txt'])

const names = /[\p{L}\p{N}][\p{L}\p{N}_./:-]*/gu

/**
 * Writes so many documents grown from the real ones of a folder: first those as they are, then copies in which numbers,
 * names and some words are others, so that no two say the same. Two runs write the same.
 * @returns bytes written.
 */
export async function growFolder(
  corpus: string,
  folder: string,
  documents: number,
  signal: AbortSignal,
): Promise<number> {
  const entries = await readdir(corpus, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && textFiles.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
  const texts = await Promise.all(
    files.map(async (file) => ({ path: relative(corpus, file), text: await readFile(file, 'utf8') })),
  )
  const random = chance(3)
  let bytes = 0
  for (let number = 0; number < documents; number++) {
    signal.throwIfAborted()
    const stock = texts[number % texts.length]
    if (stock === undefined) break
    const round = Math.floor(number / texts.length)
    const text = round === 0 ? stock.text : varied(stock.text, random)
    const file = join(folder, `round-${round}`, stock.path)
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, text)
    bytes += Buffer.byteLength(text)
  }
  return bytes
}

function varied(text: string, random: Chance): string {
  return text.replace(names, (word) => {
    if (/\d/.test(word)) return word.replace(/\d/g, () => String(random.below(10)))
    return word.length > 3 && random.below(25) === 0 ? random.word() : word
  })
}
