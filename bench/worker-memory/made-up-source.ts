import { setImmediate } from 'node:timers/promises'
import type { Source } from '#ingest/source.ts'
import { chance } from '../chance.ts'

export interface MadeUpSourceOptions {
  id: string
  documents: number
  /** As the usual cutter cuts them. */
  passagesPerDocument: number
}

/** About a third of what a passage of a runbook has: a million of them should take minutes, not hours. */
const wordsPerPassage = 45
const editedAt = new Date('2026-01-01T00:00:00Z')

/** As many pages as wanted that are made up when they are read and kept nowhere, the same ones each time. */
export function madeUpSource({ id, documents, passagesPerDocument }: MadeUpSourceOptions): Source {
  const revision = 'r1'
  return {
    id,
    audience: [],
    apiCalls: 0,
    async survey({ revisions }) {
      const all = Array.from({ length: documents }, (_, n) => ({ entry: nameOf(n), revision }))
      const changed = all.filter(({ entry }) => revisions.get(entry) !== revision)
      return { changed, unchanged: documents - changed.length, gone: [], skipped: [] }
    },
    async read({ entry }, signal) {
      // As an answer over the network would, it lets others go first.
      await setImmediate(undefined, { signal })
      const url = `https://bench.example/${entry}`
      const content = pageOf(Number.parseInt(entry.slice(entry.indexOf('/') + 1), 10), passagesPerDocument)
      return { entry, path: entry, url, content, owners: ['sre'], editedAt }
    },
    async [Symbol.asyncDispose]() {},
  }
}

function nameOf(n: number): string {
  return `${n % 100}/${n}.md`
}

function pageOf(n: number, passages: number): string {
  const random = chance(n + 1)
  const words = (count: number) => Array.from({ length: count }, () => random.word()).join(' ')
  const sections = Array.from(
    { length: passages },
    (_, at) => `## ${at + 1}. ${words(3)}\n\n${words(wordsPerPassage)}.\n\n    systemctl restart ${random.word()}`,
  )
  return [`# Runbook ${n} ${random.word()}`, ...sections].join('\n\n')
}
