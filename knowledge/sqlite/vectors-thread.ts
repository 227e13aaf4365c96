import type { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { openReader, type ReaderMemory } from './connection.ts'
import type { PlacedCandidate, SearchStart, VectorsAsk } from './search-asks.ts'
import { serve } from './serve.ts'
import { VectorSearch } from './vector-search.ts'

/** Vectors are read once and kept elsewhere, so the connection needs little. */
const memory: ReaderMemory = { cacheMb: 8, mappedMb: 0 }

const { path, embeddingModel }: SearchStart = workerData
let database: DatabaseSync | undefined
let search: VectorSearch | undefined

serve<VectorsAsk, PlacedCandidate[][]>({
  answer: ({ embeddings, filter, limit }) => {
    database ??= openReader(path, memory)
    search ??= new VectorSearch(database, embeddingModel)
    return search.nearest(embeddings, filter, limit)
  },
  end: () => database?.close(),
})
