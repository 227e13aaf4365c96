import cliProgress from 'cli-progress'
import { type Copied, type CopiedRow, type CopyProgress, isWhole } from '#knowledge/store-comparison.ts'
import { copyStore } from '#knowledge/store-copy.ts'
import { OpsError } from '#runtime/errors.ts'
import { openEmbedder } from '../compose/embedder.ts'
import {
  type OpenedStore,
  openDatabase,
  openEmbeddedStore,
  openScaledOutStore,
  type StoreParts,
} from '../compose/store.ts'
import type { Invocation } from '../invocation.ts'
import { type Output, styled, writeJson, writeLine } from '../output.ts'

export interface MigrateOptions {
  to: 'scale-out' | 'embedded'
  overwrite?: boolean
}

const plainLineEveryMs = 5000

/** The copy and the original differ though everything was copied. */
class CopyDiffersError extends OpsError {
  override readonly name = 'CopyDiffersError'
  readonly code = 'copy_differs'
  readonly retryable = true
  readonly userMessage =
    'The copy is not yet what the original is. Stop every Nightdesk that writes to either of them and run this again; if it stays so, add --overwrite.'
}

/** Copies from the data directory to the engines or back; the origin is only read. */
export async function migrateCommand(invocation: Invocation, options: MigrateOptions): Promise<void> {
  const { config, log, output, signal } = invocation
  const { embedder } = await openEmbedder(config, log)
  await using _model = embedder
  const parts = { config, log, embedder }
  await using sides = await openSides(parts, options.to, signal)
  const { origin, destination } = sides
  output.err.write(`copying from ${origin.engines} to ${destination.engines}\n`)
  const shown = progressOf(output)
  let rows: CopiedRow[]
  try {
    const how = { overwrite: options.overwrite === true, onProgress: shown.update }
    rows = await copyStore(origin, destination, how, signal)
    // What was there before isn't put into the index again, and may be missing from it.
    await sides.repair((progress) => shown.update({ doing: 'checking', kind: 'the index', ...progress }), signal)
  } finally {
    shown.stop()
  }
  const whole = isWhole(rows)
  if (output.json) {
    writeJson(output, { from: origin.engines, to: destination.engines, complete: whole, rows: rows.map(wireRow) })
  } else for (const line of table(output, rows)) writeLine(output, line)
  if (!whole) throw new CopyDiffersError('checksums differ after the copy')
}

type Side = Copied & { engines: string }

/** The engines first: where they can't be reached, nothing is made in the data directory. */
async function openSides(parts: StoreParts, to: MigrateOptions['to'], signal: AbortSignal) {
  await using stack = new AsyncDisposableStack()
  if (to === 'scale-out') {
    const scaledOut = stack.use(await openScaledOutStore(parts, signal))
    const embedded = stack.use(openEmbeddedStore(parts))
    const { repair } = scaledOut
    return { ...opened(stack), origin: sideOf(embedded), destination: sideOf(scaledOut), repair }
  }
  // What finds the passages is not copied but made anew, so it isn't asked for here.
  const database = stack.use(await openDatabase(parts, signal))
  const embedded = stack.use(openEmbeddedStore(parts))
  const origin: Side = { ...database, engines: `PostgreSQL at ${database.host}` }
  return { ...opened(stack), origin, destination: sideOf(embedded), repair: embedded.repair }
}

function opened(stack: AsyncDisposableStack): AsyncDisposable {
  const kept = stack.move()
  return { [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

function sideOf({ store, contents, engines }: OpenedStore): Side {
  return { documents: store.documents, conversations: store.conversations, contents, engines }
}

function wireRow({ kind, origin, arrived, others, checksum }: CopiedRow) {
  return { kind, origin, arrived, others, checksum_origin: checksum.origin, checksum_destination: checksum.destination }
}

function* table(output: Output, rows: readonly CopiedRow[]): Generator<string> {
  const widths = [15, 10, 10, 10]
  const line = (cells: readonly string[]) => {
    const [name = '', ...rest] = cells
    return [name.padEnd(widths[0] ?? 0), ...rest.map((cell, at) => cell.padStart(widths[at + 1] ?? 0))].join(' ')
  }
  yield styled(output, 'bold', line(['', 'origin', 'arrived', 'others', '  checksum']))
  for (const { kind, origin, arrived, others, checksum } of rows) {
    const same = origin === arrived && checksum.origin === checksum.destination
    const verdict = same
      ? styled(output, 'green', `  ${checksum.origin.slice(0, 12)} agrees`)
      : styled(output, 'red', `  ${checksum.origin.slice(0, 12)} ≠ ${checksum.destination.slice(0, 12)}`)
    yield `${line([kind, String(origin), String(arrived), String(others)])} ${verdict}`
  }
}

type Shown = Omit<CopyProgress, 'kind'> & { kind: string }

function progressOf({ live, err }: Output): { update: (progress: Shown) => void; stop: () => void } {
  if (!live) return plainProgress(err)
  const bar = new cliProgress.SingleBar(
    {
      format: '{doing} {kind} {bar} {value}/{total}, {eta_formatted} left',
      hideCursor: true,
      stream: process.stderr,
      clearOnComplete: true,
    },
    cliProgress.Presets.shades_classic,
  )
  bar.start(1, 0, { doing: 'looking at', kind: 'both' })
  return {
    update: ({ doing, kind, done, total }) => {
      bar.setTotal(Math.max(total ?? done, 1))
      bar.update(done, { doing, kind })
    },
    stop: () => bar.stop(),
  }
}

function plainProgress(err: NodeJS.WritableStream) {
  let last = performance.now()
  return {
    update: ({ doing, kind, done, total }: Shown) => {
      if (performance.now() - last < plainLineEveryMs) return
      last = performance.now()
      err.write(`${doing} ${kind}: ${done}${total === undefined ? '' : `/${total}`}\n`)
    },
    stop: () => {},
  }
}
