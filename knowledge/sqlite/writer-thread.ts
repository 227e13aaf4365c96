import type { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { openWriter } from './connection.ts'
import { serve } from './serve.ts'
import { StoreWriter } from './store-writer.ts'
import type { WriterAnswer, WriterAsk, WriterStart } from './writer-asks.ts'

const { path, embeddingModel, maxBytes }: WriterStart = workerData
let database: DatabaseSync | undefined
let writer: StoreWriter | undefined

serve<WriterAsk, WriterAnswer>({
  answer: (ask) => {
    database ??= openWriter(path, maxBytes)
    writer ??= new StoreWriter(database, embeddingModel)
    return writer.write(ask)
  },
  idle: () => writer?.tidy() ?? false,
  end: () => database?.close(),
})
