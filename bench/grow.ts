import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'
import type { Document, Lang } from '#knowledge/document.ts'
import type { EntryContent } from '#knowledge/document-store.ts'
import type { IndexedPassage } from '#knowledge/passage.ts'
import { termsOfPassage } from '#knowledge/terms/passage-terms.ts'
import { type Chance, chance } from './chance.ts'

/** A piece of a real document, from which others like it are grown. */
export interface Seed {
  path: string
  heading: string
  text: string
  lang: Lang
  embedding: Float32Array
}

const textFiles = new Set(['.md', '.mdx', '.rst', '.adoc', '.txt'])

/** About what the cutter makes of ops pages. */
const seedLength = 1000

const passagesPerDocument = 10

/**
 * Cuts the text files of a folder at their headings and blank lines.
 * @param embed One vector a text.
 */
export async function readSeeds(
  directory: string,
  embed: (texts: readonly string[], signal: AbortSignal) => Promise<Float32Array[]>,
  signal: AbortSignal,
): Promise<Seed[]> {
  const pieces: Omit<Seed, 'embedding'>[] = []
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && textFiles.has(extname(entry.name)))
  for (const file of files.toSorted((one, other) =>
    join(one.parentPath, one.name) < join(other.parentPath, other.name) ? -1 : 1,
  )) {
    const path = join(file.parentPath, file.name)
    pieces.push(...cut(relative(directory, path), await readFile(path, { encoding: 'utf8', signal })))
  }
  const embeddings = await embed(
    pieces.map(({ heading, text }) => `${heading}\n${text}`),
    signal,
  )
  return pieces.flatMap((piece, index) => {
    const embedding = embeddings[index]
    return embedding === undefined ? [] : [{ ...piece, embedding }]
  })
}

function cut(path: string, text: string): Omit<Seed, 'embedding'>[] {
  const pieces: Omit<Seed, 'embedding'>[] = []
  let heading = basename(path, extname(path))
  let piece = ''
  const finish = () => {
    if (piece.trim().length > 40) pieces.push({ path, heading, text: piece, lang: langOf(piece) })
    piece = ''
  }
  for (const block of text.split(/\n{2,}/)) {
    const found = /^#{1,6}\s+(.+)$/m.exec(block)?.[1]
    if (found !== undefined || piece.length + block.length > seedLength) finish()
    if (found !== undefined) heading = found
    piece += `${block}\n\n`
  }
  finish()
  return pieces
}

function langOf(text: string): Lang {
  return (text.match(/[\u3040-\u30ff\u4e00-\u9fff]/g)?.length ?? 0) * 10 > text.length ? 'ja' : 'en'
}

/**
 * So many pieces. The first are the seeds as they are; each later one joins halves of two seeds and changes their names,
 * numbers and some of their words. New words are drawn by Zipf's law from a vocabulary without end, so that, as in real
 * text, it grows with the square root of the text.
 * @param salt Another salt grows other pieces from the same seeds.
 */
export function* growPieces(seeds: readonly Seed[], pieces: number, salt = 1): Generator<Seed> {
  const random = chance(salt)
  for (let number = 0; number < pieces; number++) yield seeds[number] ?? graft(seeds, random)
}

/** Entries with so many passages in all: the pieces of `growPieces`, ten a document. */
export function* grow(seeds: readonly Seed[], passages: number, salt = 1): Generator<EntryContent> {
  let grown: Seed[] = []
  let number = 0
  for (const piece of growPieces(seeds, passages, salt)) {
    if (grown.push(piece) < passagesPerDocument) continue
    yield entryOf(number++, grown)
    grown = []
  }
  if (grown.length > 0) yield entryOf(number, grown)
}

function entryOf(number: number, grown: readonly Seed[]): EntryContent {
  const document = documentOf(number, grown[0])
  return {
    source: document.source,
    entry: document.entry,
    revision: 'r1',
    documents: [{ document, passages: grown.map((seed, ordinal) => passageOf(document, seed, ordinal)) }],
  }
}

/** Questions somebody might ask of the seeds, the same ones at every run. */
export function questionsOf(seeds: readonly Seed[], count: number): { text: string; embedding: Float32Array }[] {
  const random = chance(2)
  return Array.from({ length: count }, () => questionOf(seeds, random))
}

/** A question somebody might ask of a seed: its heading and a few of its words. */
export function questionOf(seeds: readonly Seed[], random: Chance): { text: string; embedding: Float32Array } {
  const seed = random.oneOf(seeds)
  const words = seed.text.match(/[\p{L}\p{N}][\p{L}\p{N}_./:-]{3,}/gu) ?? []
  const picked = Array.from({ length: 3 + random.below(4) }, () => random.oneOf(words))
  return { text: [seed.heading, ...picked].join(' '), embedding: nudged(seed.embedding, random, 0.5) }
}

function graft(seeds: readonly Seed[], random: Chance): Seed {
  const stock = random.oneOf(seeds)
  const scion = random.oneOf(seeds)
  const text = `${half(stock.text, 0)}${half(scion.text, 1)}`.replace(/[\p{L}\p{N}][\p{L}\p{N}_./:-]*/gu, (word) =>
    changed(word, random),
  )
  return { ...stock, text, embedding: nudged(stock.embedding, random, 0.7) }
}

function half(text: string, which: 0 | 1): string {
  const middle = text.indexOf('\n', Math.floor(text.length / 2)) + 1 || text.length
  return which === 0 ? text.slice(0, middle) : text.slice(middle)
}

function changed(word: string, random: Chance): string {
  if (/\d/.test(word) && random.below(2) === 0) return word.replace(/\d/g, () => String(random.below(10)))
  if (/[_./:-]/.test(word) && random.below(3) === 0) return `${word}-${random.word()}`
  return random.below(30) === 0 ? random.word() : word
}

/** The same direction, more or less. */
function nudged(embedding: Float32Array, random: Chance, by: number): Float32Array {
  const spread = (by * 2 * Math.sqrt(3)) / Math.sqrt(embedding.length)
  const moved = embedding.map((component) => component + (random.unit() - 0.5) * spread)
  const length = Math.hypot(...moved)
  return moved.map((component) => component / length)
}

function documentOf(number: number, seed: Seed | undefined): Document {
  const path = `${number}/${seed?.path ?? 'page.md'}`
  return {
    id: `bench/${path}`,
    source: 'bench',
    entry: path,
    kind: 'page',
    path,
    url: `https://wiki.example/${path}`,
    title: seed?.heading ?? path,
    owners: ['@acme/sre'],
    lang: seed?.lang ?? 'en',
    audience: number % 10 === 0 ? ['sre'] : [],
    editedAt: new Date(1.7e12 + number * 60_000),
    maskedSecrets: 0,
  }
}

function passageOf(document: Document, seed: Seed, ordinal: number): IndexedPassage {
  const passage = {
    id: `${document.id}#${ordinal}`,
    documentId: document.id,
    ordinal,
    heading: [seed.heading],
    lang: seed.lang,
    kind: 'prose' as const,
    text: seed.text,
    fromLine: ordinal * 20 + 1,
    toLine: ordinal * 20 + 20,
    editedAt: document.editedAt,
    context: `${document.title} > ${seed.heading}`,
    suspicious: false,
  }
  return { ...passage, terms: termsOfPassage(document.title, passage), embedding: seed.embedding }
}
