import type { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import type { Candidate } from '#knowledge/passage-index.ts'
import { openReader } from './connection.ts'
import type { SearchStart, VectorsAsk } from './search-asks.ts'
import { serve } from './serve.ts'
import { VectorSearch } from './vector-search.ts'

/** Vectors are read once and kept elsewhere, so the connection needs little. */
const cacheMb = 8

const { path }: SearchStart = workerData
let database: DatabaseSync | undefined
let search: VectorSearch | undefined

serve<VectorsAsk, Candidate[]>({
  answer: ({ embedding, filter, limit }) => {
    database ??= openReader(path, cacheMb)
    search ??= new VectorSearch(database)
    return search.nearest(embedding, filter, limit)
  },
  end: () => database?.close(),
})
