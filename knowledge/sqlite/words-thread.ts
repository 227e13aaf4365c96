import type { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { openReader, type ReaderMemory } from './connection.ts'
import type { SearchStart, WordsAnswer, WordsAsk } from './search-asks.ts'
import { serve } from './serve.ts'
import { WordSearch } from './word-search.ts'

/** Posting lists of the words that people ask for come again and again. */
const memory: ReaderMemory = { cacheMb: 64, mappedMb: 0 }

const { path }: SearchStart = workerData
let database: DatabaseSync | undefined
let search: WordSearch | undefined

serve<WordsAsk, WordsAnswer>({
  answer: (ask) => {
    database ??= openReader(path, memory)
    search ??= new WordSearch(database)
    return ask.kind === 'matching'
      ? { kind: 'matching', candidates: search.matching(ask.terms, ask.filter, ask.limit) }
      : { kind: 'statistics', statistics: search.statistics(ask.terms) }
  },
  end: () => database?.close(),
})
