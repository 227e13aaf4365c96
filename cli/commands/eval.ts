import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readQuestionSet } from '#eval/question-set.ts'
import { readBaseline } from '#eval/report/baseline.ts'
import { evalHtml } from '#eval/report/html.ts'
import { evalJson } from '#eval/report/json.ts'
import { evalTable } from '#eval/report/table.ts'
import { runEval } from '#eval/run.ts'
import { localPrincipal } from '#knowledge/principal.ts'
import { systemClock } from '#runtime/clock.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { ensureLoaded } from '../load.ts'
import { writeJson, writeLine } from '../output.ts'
import { folderSources } from '../sources.ts'
import { expectAny, syncSources } from '../sync-sources.ts'

export interface EvalOptions {
  set: string
  docs?: string[]
  html?: string
  baseline?: string
  retrievalOnly?: boolean
}

export async function evalCommand(invocation: Invocation, options: EvalOptions): Promise<void> {
  const { output, signal } = invocation
  const set = await readQuestionSet(options.set, signal)
  const baseline = options.baseline === undefined ? undefined : await readBaseline(options.baseline, signal)
  const apart = options.docs === undefined ? undefined : await mkdtemp(join(tmpdir(), 'nightdesk-eval-'))
  try {
    await using nightdesk = await openNightdesk(invocation, { storePath: apart && join(apart, 'nightdesk.db') })
    if (options.docs === undefined) await ensureLoaded(invocation, nightdesk)
    else expectAny(await syncSources(invocation, nightdesk, folderSources(options.docs, nightdesk.sourceParts), {}))
    const report = await runEval(
      {
        set,
        search: nightdesk.search,
        ask: options.retrievalOnly === true ? undefined : nightdesk.ask,
        passagesOf: (id, principal, stop) => nightdesk.store.documents.passagesOf(id, principal, stop),
        principal: localPrincipal,
        clock: systemClock,
        onProgress: (done, of) => {
          if (done % 25 === 0 || done === of) output.err.write(`${done} of ${of} questions\n`)
        },
      },
      signal,
    )
    if (options.html !== undefined) await writeFile(options.html, evalHtml(report, baseline))
    if (output.json) writeJson(output, evalJson(report))
    else writeLine(output, evalTable(report, baseline))
  } finally {
    if (apart !== undefined) await rm(apart, { recursive: true, force: true })
  }
}
