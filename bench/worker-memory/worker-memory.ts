import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

export interface WorkerMemoryOptions {
  documents: number
  passagesPerDocument: number
  /** The engines' addresses; absent: the embedded store. */
  scaleOut?: { postgres: string; qdrant: string } | undefined
  progress?: ((what: string) => void) | undefined
}

/** How a worker stood at one moment. */
export interface WorkerMemoryRow {
  name: string
  passages: number
  seconds: number
  /** What the process held in memory, or the most of it so far. */
  bytes: number
  /** Of that, what is no file's: mapped parts of files can be dropped at any time. */
  ownBytes: number
}

const Said = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('sample'),
    passages: z.number(),
    bytes: z.number(),
    ownBytes: z.number(),
    seconds: z.number(),
  }),
  z.object({
    kind: z.literal('synced'),
    syncs: z.number(),
    passages: z.number(),
    failed: z.number(),
    peakBytes: z.number(),
    peakOwnBytes: z.number(),
    seconds: z.number(),
  }),
])

const rowsOnTheWay = 8

/** One worker that syncs made-up pages, and syncs them again when nothing has changed. */
export async function benchWorkerMemory(options: WorkerMemoryOptions, signal: AbortSignal): Promise<WorkerMemoryRow[]> {
  const { documents, passagesPerDocument, scaleOut, progress } = options
  const directory = await mkdtemp(join(tmpdir(), 'nightdesk-bench-'))
  const rows: WorkerMemoryRow[] = []
  const given = JSON.stringify({ directory, documents, passagesPerDocument, scaleOut })
  const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'worker-process.ts'), given]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], signal })
  const ended = once(child, 'exit')
  try {
    let next = 0
    for await (const line of createInterface({ input: child.stdout })) {
      const said = Said.parse(JSON.parse(line))
      const { passages, seconds } = said
      if (said.kind === 'synced') {
        if (said.failed > 0) throw new Error(`${said.failed} pages failed`)
        const name = said.syncs === 1 ? 'after the first sync, at most' : 'after the second sync, at most'
        rows.push({ name, passages, seconds, bytes: said.peakBytes, ownBytes: said.peakOwnBytes })
      } else if (passages >= next) {
        progress?.(`${passages} passages, ${Math.round(said.bytes / 1e6)} MB`)
        if (rows.length === 0 || passages < documents * passagesPerDocument)
          rows.push({ name: 'on the way', passages, seconds, bytes: said.bytes, ownBytes: said.ownBytes })
        next = passages + (documents * passagesPerDocument) / rowsOnTheWay
      }
    }
    const [code] = await ended
    if (code !== 0) throw new Error(`the worker ended with ${String(code)}`)
    return rows
  } finally {
    child.kill('SIGKILL')
    await rm(directory, { recursive: true, force: true })
  }
}
