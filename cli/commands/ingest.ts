import type { SyncReport } from '#ingest/sync-report.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { type Output, styled, writeJson, writeLine, writeNotice } from '../output.ts'
import { sourceNamed } from '../sources.ts'
import { type SourceOutcome, syncSources } from '../sync-sources.ts'

export interface IngestOptions {
  full?: boolean
  dryRun?: boolean
}

const shownEach = 20

export async function ingestCommand(
  invocation: Invocation,
  names: readonly string[],
  options: IngestOptions,
): Promise<void> {
  const { output, signal } = invocation
  const named = (parts: Parameters<typeof sourceNamed>[1]) => names.map((name) => sourceNamed(name, parts))
  named({ config: invocation.config, log: invocation.log })
  await using nightdesk = await openNightdesk(invocation)
  const parts = { ...nightdesk.sourceParts, onWait: (message: string) => writeNotice(output, message) }
  const chosen = names.length > 0 ? { sources: named(parts), samples: false } : await nightdesk.sources([], signal)
  if (chosen.samples) output.err.write('No source is configured, so this is the shipped sample wiki.\n')
  const outcomes = await syncSources(invocation, nightdesk, chosen.sources, options)
  if (output.json) writeJson(output, { sources: outcomes.map(outcomeToWire) })
  else for (const outcome of outcomes) writeOutcome(output, outcome)
  if (outcomes.some(({ failure, report }) => failure !== undefined || (report?.failed ?? 0) > 0)) process.exitCode = 1
}

function outcomeToWire({ source, report, failure }: SourceOutcome): unknown {
  if (report === undefined) return { source, failure }
  const { dryRun, maskedSecrets, apiCalls, failures, ...rest } = report
  return {
    ...rest,
    dry_run: dryRun,
    masked_secrets: maskedSecrets,
    api_calls: apiCalls,
    failures: failures.map(({ entry, reason, failedAt }) => ({ entry, reason, failed_at: failedAt })),
  }
}

function writeOutcome(output: Output, { source, report }: SourceOutcome): void {
  if (report === undefined) return
  writeLine(output, `${styled(output, 'bold', source)}${report.dryRun ? ' (dry run, nothing was written)' : ''}`)
  writeLine(output, `  ${countsOf(report)}`)
  writeLine(
    output,
    `  ${report.documents} documents and ${report.passages} passages written, ${report.maskedSecrets} secrets masked`,
  )
  writeLine(output, `  ${report.apiCalls} API calls, ${report.seconds.toFixed(1)} s`)
  writeSome(
    output,
    'yellow',
    'skipped',
    report.skipped.map(({ entry, reason }) => `${entry}: ${reason}`),
  )
  writeSome(
    output,
    'red',
    'failed, tried again next time',
    report.failures.map(({ entry, reason }) => `${entry}: ${reason}`),
  )
  writeSome(output, 'yellow', 'warnings', report.warnings)
}

function countsOf(report: SyncReport): string {
  return (['added', 'changed', 'unchanged', 'deleted', 'failed'] as const)
    .map((what) => `${report[what]} ${what}`)
    .join(', ')
}

function writeSome(output: Output, style: 'yellow' | 'red', title: string, lines: readonly string[]): void {
  if (lines.length === 0) return
  writeLine(output, styled(output, style, `  ${title} (${lines.length}):`))
  for (const line of lines.slice(0, shownEach)) writeLine(output, `    ${line}`)
  if (lines.length > shownEach) writeLine(output, `    … and ${lines.length - shownEach} more (--json lists all)`)
}
