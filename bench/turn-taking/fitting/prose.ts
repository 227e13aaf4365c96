import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const documents = join(import.meta.dirname, '../../../samples/docs')
const notProse = /^\s*(?:[|#<>*-]|\d+\.|---|$)/
const mostLetters = 120

/** Sentences as people write them, of the documents that ship: what no grammar of ours thinks of. */
export function writtenSentences(): { en: string[]; ja: string[] } {
  const sentences = globSync('**/*.md', { cwd: documents })
    .sort()
    .flatMap((path) => paragraphs(readFileSync(join(documents, path), 'utf8')))
    .flatMap((paragraph) => paragraph.split(/(?<=[.!?])\s+|(?<=。)/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length <= mostLetters)
  return {
    en: sentences
      .filter((sentence) => /^[A-Z][\w ,'’-]+[.?!]$/.test(sentence))
      .map((one) => one.replace(/[,.?!]/g, '')),
    ja: sentences
      .filter((sentence) => /\p{Script=Hiragana}.*。$/u.test(sentence))
      .map((one) => one.replace(/[。、]/g, '')),
  }
}

function paragraphs(markdown: string): string[] {
  const prose = markdown
    .replace(/^---\n.*?\n---\n/s, '')
    .replace(/```.*?```/gs, '')
    .split('\n')
    .map((line) => (notProse.test(line) ? '' : line))
    .join('\n')
  return prose
    .replace(/\]\([^)]*\)|[`*_[\]]/g, '')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\n/g, ' '))
}

const words = new Intl.Segmenter('ja', { granularity: 'word' })

/** Where a recogniser would cut it. */
export function japanesePieces(sentence: string): string[] {
  return Array.from(words.segment(sentence), ({ segment }) => segment)
}
