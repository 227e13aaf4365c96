import type { RepairProgress } from '#knowledge/candidate-index.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { writeJson, writeLine } from '../output.ts'

const plainLineEveryMs = 5000

/** Also after a change of the embedding model, where it fills the new collection and then switches to it. */
export async function repairCommand(invocation: Invocation): Promise<void> {
  const { output, signal } = invocation
  await using nightdesk = await openNightdesk(invocation)
  const report = await nightdesk.repair(progressTo(output.err), signal)
  if (output.json)
    writeJson(output, { engines: nightdesk.engines, ...(report ?? { passages: 0, added: 0, dropped: 0 }) })
  else if (report === undefined) {
    writeLine(output, `${nightdesk.engines}: passages are stored with what finds them, so there is nothing to repair.`)
  } else {
    const { passages, added, dropped } = report
    writeLine(
      output,
      `${passages} passages looked at, ${added} put into the index, ${dropped} left over in it dropped.`,
    )
  }
}

function progressTo(err: NodeJS.WritableStream): (progress: RepairProgress) => void {
  let last = performance.now()
  return ({ done, total }) => {
    if (performance.now() - last < plainLineEveryMs) return
    last = performance.now()
    err.write(`looking at documents: ${done}/${total}\n`)
  }
}
