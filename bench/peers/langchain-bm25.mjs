// LangChain JS: BM25Retriever, which lives in memory alone and scans every chunk at each question.
import { BM25Retriever } from '@langchain/community/retrievers/bm25'
import { measure } from './measure.mjs'

await measure('LangChain BM25Retriever', async (chunks, limit) => {
  const documents = chunks.map((chunk) => ({ pageContent: chunk.text, metadata: { path: chunk.path } }))
  const retriever = BM25Retriever.fromDocuments(documents, { k: limit })
  return { search: (question) => retriever.invoke(question) }
})
