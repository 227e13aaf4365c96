import cliProgress from 'cli-progress'
import type { Source } from '#ingest/source.ts'
import type { SyncOptions } from '#ingest/sync.ts'
import type { SyncProgress, SyncReport } from '#ingest/sync-report.ts'
import { OpsError, reasonOf, userMessageOf } from '#runtime/errors.ts'
import type { Nightdesk } from './compose.ts'
import type { Invocation } from './invocation.ts'
import { writeNotice } from './output.ts'

export interface SourceOutcome {
  source: string
  report?: SyncReport
  /** Why the source as a whole could not be synced, safe to show. */
  failure?: string
}

const plainLineEveryMs = 5000

/** Syncs one source after the other, with a bar on a terminal and now and then a line elsewhere; one that fails is said and doesn't stop the rest. */
export async function syncSources(
  invocation: Invocation,
  nightdesk: Nightdesk,
  sources: readonly Source[],
  options: Pick<SyncOptions, 'full' | 'dryRun'>,
): Promise<SourceOutcome[]> {
  const outcomes: SourceOutcome[] = []
  for (const source of sources) {
    const shown = progressOf(invocation, source.id)
    try {
      const report = await nightdesk.sync(source, { ...options, onProgress: shown.update }, invocation.signal)
      outcomes.push({ source: source.id, report })
      for (const warning of report.warnings) invocation.log.warn({ source: source.id, warning }, 'sync warned')
    } catch (err) {
      invocation.signal.throwIfAborted()
      invocation.log.debug({ source: source.id, err }, 'sync failed')
      const failure = err instanceof OpsError ? err.userMessage : `${userMessageOf(err)} (${reasonOf(err)})`
      outcomes.push({ source: source.id, failure })
    } finally {
      shown.stop()
    }
    const failure = outcomes.at(-1)?.failure
    if (failure !== undefined) writeNotice(invocation.output, `${source.id}: ${failure}`)
  }
  return outcomes
}

/** @throws {SourcesUnreadableError} When not one of them could be synced, so that there is nothing to work on. */
export function expectAny(outcomes: readonly SourceOutcome[]): void {
  if (outcomes.length > 0 && outcomes.every(({ failure }) => failure !== undefined)) throw new SourcesUnreadableError()
}

class SourcesUnreadableError extends OpsError {
  override readonly name = 'SourcesUnreadableError'
  readonly code = 'sources_unreadable'
  readonly retryable = false
  readonly userMessage =
    'No source could be read, so there is nothing to work on. Mend what is said above and try again.'
}

const phases: Readonly<Record<SyncProgress['phase'], string>> = {
  surveying: 'looking for changes',
  indexing: 'indexing',
  removing: 'removing',
  done: 'done',
}

function progressOf(
  { output }: Invocation,
  name: string,
): { update: (progress: SyncProgress) => void; stop: () => void } {
  if (!output.live) return plainProgress(output.err, name)
  const bar = new cliProgress.SingleBar(
    {
      format: `${name} {bar} {value}/{total} {phase} {rate}/s, {eta_formatted} left`,
      hideCursor: true,
      stream: process.stderr,
      clearOnComplete: true,
    },
    cliProgress.Presets.shades_classic,
  )
  bar.start(1, 0, { phase: phases.surveying, rate: 0 })
  return {
    update: ({ phase, done, total, rate }) => {
      bar.setTotal(Math.max(total, 1))
      bar.update(done, { phase: phases[phase], rate: Math.round(rate) })
    },
    stop: () => bar.stop(),
  }
}

function plainProgress(err: NodeJS.WritableStream, name: string) {
  let last = performance.now()
  return {
    update: ({ phase, done, total, rate }: SyncProgress) => {
      if (performance.now() - last < plainLineEveryMs) return
      last = performance.now()
      err.write(`${name}: ${phases[phase]} ${done}/${total}, ${Math.round(rate)}/s\n`)
    },
    stop: () => {},
  }
}
