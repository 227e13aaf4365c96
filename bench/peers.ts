import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'

const execute = promisify(execFile)
const folder = join(import.meta.dirname, 'peers')

/** The peers that can be run, by the name of their driver in `peers/`. */
export const peerNames = ['langchain-bm25', 'minisearch'] as const
export type PeerName = (typeof peerNames)[number]
/** As people know them. */
export const peerTitles: Readonly<Record<PeerName, string>> = {
  'langchain-bm25': 'LangChain BM25Retriever',
  minisearch: 'MiniSearch',
}

/** The peers could not be installed; the rest of the benchmark can go on without them. */
class PeersMissingError extends OpsError {
  override readonly name = 'PeersMissingError'
  readonly code = 'bench_peers_missing'
  readonly retryable = true
  readonly userMessage =
    'The peers could not be installed. Check that npm reaches its registry and run `npm ci --prefix bench/peers`, or leave them out with --no-peers.'
}

/**
 * Installs the peers beside their drivers, unless they are there.
 * @returns Why they could not be, so that a benchmark can go on without them.
 */
export async function peersMissing(signal: AbortSignal): Promise<string | undefined> {
  try {
    await installPeers(signal)
    return undefined
  } catch (error) {
    if (error instanceof PeersMissingError) return error.userMessage
    throw error
  }
}

async function installPeers(signal: AbortSignal): Promise<void> {
  const isThere = await access(join(folder, 'node_modules', 'minisearch')).then(
    () => true,
    () => false,
  )
  if (isThere) return
  try {
    await execute('npm', ['ci', '--prefix', folder], { cwd: folder, signal })
  } catch (error) {
    signal.throwIfAborted()
    throw new PeersMissingError(`npm ci failed in bench/peers: ${reasonOf(error)}`, { cause: error })
  }
}

const PeerMeasures = z.object({
  peer: z.string(),
  /** 0 when chunks were handed in. */
  documents: z.number(),
  chunks: z.number(),
  splitMs: z.number(),
  indexMs: z.number(),
  /** One for each query that it was asked. */
  searchMs: z.array(z.number()),
  /** Null: it can't be saved. */
  diskBytes: z.number().nullable(),
  peakBytes: z.number(),
})
export type PeerMeasures = z.infer<typeof PeerMeasures>

export interface PeerTask {
  /** JSON lines `{path, text}`: whole documents, which it cuts first, or chunks. */
  input: { documents: string } | { chunks: string }
  /** JSON lines `{text}`. */
  queries?: string | undefined
  /** After so long it is asked no more; it is always asked once. Absent: all queries. */
  searchSeconds?: number | undefined
  /** Where it saves its index, if it can. */
  save?: string | undefined
  /** It counts as not having survived with more. Megabytes of heap. */
  maxHeapMb: number
  timeoutMs: number
}

const minutes = 60_000

/** What a peer is given in the benchmarks. */
export const peerLimits = { maxHeapMb: 8192, timeoutMs: 20 * minutes }

/** What became of a peer: at large sizes some run out of memory or time. */
export type PeerOutcome = { kind: 'measured'; measures: PeerMeasures } | { kind: 'died'; reason: string }

/** Runs a peer in a process of its own. */
export async function runPeer(name: PeerName, task: PeerTask, signal: AbortSignal): Promise<PeerOutcome> {
  const input = 'documents' in task.input ? ['--documents', task.input.documents] : ['--chunks', task.input.chunks]
  const queries = task.queries === undefined ? [] : ['--queries', task.queries]
  const save = task.save === undefined ? [] : ['--save', task.save]
  const searching = task.searchSeconds === undefined ? [] : ['--search-seconds', String(task.searchSeconds)]
  const driver = [`--max-old-space-size=${task.maxHeapMb}`, join(folder, `${name}.mjs`)]
  const args = [...driver, ...input, ...queries, ...searching, ...save]
  try {
    const options = { signal, timeout: task.timeoutMs, maxBuffer: 64e6 }
    const { stdout } = await execute(process.execPath, args, options)
    return { kind: 'measured', measures: PeerMeasures.parse(JSON.parse(stdout)) }
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'died', reason: whyItDied(error, task) }
  }
}

function whyItDied(error: unknown, task: PeerTask): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  if (/heap out of memory|allocation failed|Invalid string length|Map maximum size/i.test(said)) {
    return `out of memory (${task.maxHeapMb} MB of heap)`
  }
  if (error instanceof Error && 'killed' in error && error.killed === true) {
    return `not done within ${Math.round(task.timeoutMs / 1000)} s`
  }
  return said.split('\n').find((line) => /Error/.test(line)) ?? reasonOf(error)
}
