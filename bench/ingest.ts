import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { growFolder } from './ingest-folder.ts'
import { type PeerName, peerLimits, peerNames, peersMissing, peerTitles, runPeer } from './peers.ts'

const execute = promisify(execFile)

export interface BenchIngestOptions {
  /** A folder of real text, from which the documents are grown. */
  corpus: string
  documents: number
  /** Run the peers on the same documents. */
  peers: boolean
  /** Where documents and stores are made and removed again; absent: the system's temporary directory. */
  directory?: string | undefined
  /** Told what is being done. */
  progress?: ((what: string) => void) | undefined
}

export interface BenchIngestRow {
  name: string
  documents: number
  /** Passages or chunks. */
  passages: number
  /** Of the first sync: reading, cutting, indexing and storing; of a peer cutting and indexing. */
  documentsPerSecond: number
  firstSeconds: number
  /** With nothing changed; a peer does everything again. */
  secondSeconds: number
  /** Null: it keeps nothing on the disk. */
  bytesOnDisk: number | null
  /** The most that its process ever held. */
  peakBytes: number
  /** It didn't get through; the figures are 0 then. */
  died?: string | undefined
}

const OurMeasures = z.object({
  documents: z.number(),
  passages: z.number(),
  firstSeconds: z.number(),
  secondSeconds: z.number(),
  diskBytes: z.number(),
  peakBytes: z.number(),
})

/** A first sync without blame and a second one with nothing changed, ours and the peers', on the same documents. */
export async function benchIngest(options: BenchIngestOptions, signal: AbortSignal): Promise<BenchIngestRow[]> {
  const directory = await mkdtemp(join(options.directory ?? tmpdir(), 'nightdesk-bench-'))
  try {
    const folder = join(directory, 'docs')
    options.progress?.(`growing ${options.documents} documents`)
    await growFolder(options.corpus, folder, options.documents, signal)
    options.progress?.('syncing with Nightdesk')
    const rows = [await ourRow(folder, join(directory, 'nightdesk.db'), signal)]
    if (!options.peers) return rows
    options.progress?.('installing the peers')
    const missing = await peersMissing(signal)
    if (missing !== undefined) return [...rows, ...peerNames.map((name) => deadRow(name, missing))]
    const documents = join(directory, 'documents.jsonl')
    await pipeline(jsonLines(folder), createWriteStream(documents), { signal })
    for (const name of peerNames) {
      options.progress?.(`indexing with ${peerTitles[name]}`)
      rows.push(await peerRow(name, documents, join(directory, `${name}.json`), signal))
    }
    return rows
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function ourRow(folder: string, store: string, signal: AbortSignal): Promise<BenchIngestRow> {
  const script = join(import.meta.dirname, 'ingest-process.ts')
  const args = ['--disable-warning=ExperimentalWarning', script, folder, store]
  const { stdout } = await execute(process.execPath, args, { signal })
  const { diskBytes, ...measured } = OurMeasures.parse(JSON.parse(stdout))
  const documentsPerSecond = Math.round(measured.documents / measured.firstSeconds)
  return { name: 'Nightdesk', documentsPerSecond, bytesOnDisk: diskBytes, ...measured }
}

async function peerRow(name: PeerName, documents: string, save: string, signal: AbortSignal): Promise<BenchIngestRow> {
  const outcome = await runPeer(name, { input: { documents }, save, ...peerLimits }, signal)
  if (outcome.kind === 'died') return deadRow(name, outcome.reason)
  const { measures } = outcome
  const seconds = (measures.splitMs + measures.indexMs) / 1000
  return {
    name: measures.peer,
    documents: measures.documents,
    passages: measures.chunks,
    documentsPerSecond: Math.round(measures.documents / seconds),
    firstSeconds: seconds,
    secondSeconds: seconds,
    bytesOnDisk: measures.diskBytes,
    peakBytes: measures.peakBytes,
  }
}

function deadRow(name: PeerName, died: string): BenchIngestRow {
  const nothing = { documents: 0, passages: 0, documentsPerSecond: 0, firstSeconds: 0, secondSeconds: 0, peakBytes: 0 }
  return { name: peerTitles[name], ...nothing, bytesOnDisk: null, died }
}

async function* jsonLines(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    yield `${JSON.stringify({ path: relative(folder, path), text: await readFile(path, 'utf8') })}\n`
  }
}
