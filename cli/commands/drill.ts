import { drills } from '#drills/all-drills.ts'
import { type DrillReport, rehearse } from '#drills/drill.ts'
import type { Stage, StageKind } from '#drills/stage.ts'
import { drillTable } from '#drills/table.ts'
import { ConfigError, OpsError } from '#runtime/errors.ts'
import { openStage } from '../compose/drill-stage.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'

export interface DrillOptions {
  list?: boolean
}

/** Rehearses one failure, or all of them; nothing that is configured or stored is touched. */
export async function drillCommand(
  invocation: Invocation,
  name: string | undefined,
  { list = false }: DrillOptions,
): Promise<void> {
  const { output, signal } = invocation
  if (list || name === undefined) {
    const named = drills.map(({ name: drill, pattern, playbook }) => ({ name: drill, pattern, playbook }))
    if (output.json) writeJson(output, { drills: named })
    else for (const drill of named) writeLine(output, `${drill.name.padEnd(22)} ${drill.pattern}`)
    return
  }
  const chosen = name === 'all' ? drills : drills.filter((drill) => drill.name === name)
  if (chosen.length === 0) throw new ConfigError(`  ${name}: no such drill; \`nightdesk drill --list\` names them all`)
  const reports: DrillReport[] = []
  await using opened = new AsyncDisposableStack()
  const stages = new Map<StageKind, Stage>()
  const stageOf = async (kind: StageKind): Promise<Stage> => {
    const stage = stages.get(kind) ?? opened.use(await openStage(invocation, kind))
    stages.set(kind, stage)
    return stage
  }
  for (const drill of chosen) {
    output.err.write(`${drill.name}: ${drill.pattern}\n`)
    reports.push(await rehearse(drill, stageOf, signal))
  }
  if (output.json) writeJson(output, { drills: reports })
  else writeLine(output, drillTable(reports))
  const failed = reports.filter(({ faults }) => faults.length > 0)
  if (failed.length > 0) throw new DrillFailedError(failed.map(({ name: drill }) => drill))
}

class DrillFailedError extends OpsError {
  override readonly name = 'DrillFailedError'
  readonly code = 'drill_failed'
  readonly retryable = false
  readonly userMessage: string
  constructor(names: readonly string[]) {
    super('Some drills failed')
    this.userMessage = `${names.join(', ')}: what a playbook promises was not kept.`
  }
}
