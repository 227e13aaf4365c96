// Runs one peer in a process of its own and prints one JSON line about it.
//   node PEER.mjs --documents FILE | --chunks FILE   [--queries FILE] [--limit 10] [--search-seconds N] [--save FILE]
// FILE holds one JSON object a line: a document or chunk {"path": …, "text": …}, a query {"text": …}. Documents are cut
// by LangChain's Markdown splitter with its own defaults. After N seconds of searching no more is asked. Times are in
// milliseconds, sizes in bytes.
import { createReadStream, statSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { MarkdownTextSplitter } from '@langchain/textsplitters'

async function* jsonLines(file) {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line !== '') yield JSON.parse(line)
  }
}

async function chunksOf({ documents, chunks }) {
  if (chunks !== undefined) {
    const read = []
    for await (const { path, text } of jsonLines(chunks)) read.push({ id: String(read.length), path, text })
    return { chunks: read, documents: 0, splitMs: 0 }
  }
  const read = await Array.fromAsync(jsonLines(documents))
  const started = performance.now()
  const splitter = new MarkdownTextSplitter({ chunkSize: 1000, chunkOverlap: 200 })
  const split = await splitter.createDocuments(
    read.map(({ text }) => text),
    read.map(({ path }) => ({ path })),
  )
  const cut = split.map(({ pageContent, metadata }, id) => ({ id: String(id), path: metadata.path, text: pageContent }))
  return { chunks: cut, documents: read.length, splitMs: performance.now() - started }
}

/**
 * @param peer Its name.
 * @param index Chunks in; out comes how to search them, and how to save them where that can be done.
 */
export async function measure(peer, index) {
  const { values } = parseArgs({
    options: {
      documents: { type: 'string' },
      chunks: { type: 'string' },
      queries: { type: 'string' },
      limit: { type: 'string', default: '10' },
      'search-seconds': { type: 'string', default: 'Infinity' },
      save: { type: 'string' },
    },
  })
  const { chunks, documents, splitMs } = await chunksOf(values)
  const started = performance.now()
  const { search, saved } = await index(chunks, Number(values.limit))
  const indexMs = performance.now() - started
  const queries = values.queries === undefined ? [] : await Array.fromAsync(jsonLines(values.queries))
  // The first tenth warms up.
  const warmUp = Math.ceil(queries.length / 10)
  const searchUntil = performance.now() + Number(values['search-seconds']) * 1000
  const searchMs = []
  let found = 0
  for (const [number, { text }] of [...queries.slice(0, warmUp), ...queries].entries()) {
    const asked = performance.now()
    if (asked > searchUntil && searchMs.length > 0) break
    if (asked > searchUntil && number < warmUp) continue
    const hits = await search(text)
    if (number >= warmUp) {
      searchMs.push(performance.now() - asked)
      found += hits.length
    }
  }
  let diskBytes = null
  if (values.save !== undefined && saved !== undefined) {
    writeFileSync(values.save, saved())
    diskBytes = statSync(values.save).size
  }
  const peakBytes = process.resourceUsage().maxRSS * 1024
  console.log(JSON.stringify({ peer, documents, chunks: chunks.length, splitMs, indexMs, searchMs, found, diskBytes, peakBytes }))
}
