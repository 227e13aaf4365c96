import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { OpsError } from '#runtime/errors.ts'

/** Something that a benchmark needs is not on this machine. */
class StandInsError extends OpsError {
  override readonly name = 'StandInsError'
  readonly code = 'bench_stand_ins'
  readonly retryable = false
  readonly userMessage: string
  constructor(reason: string) {
    super(`The servers of the benchmark failed: ${reason}`)
    this.userMessage = `A server that this benchmark needs failed: ${reason}. It starts redis-server and PostgreSQL themselves; install Debian's packages redis-server and postgresql where they are missing.`
  }
}

/** `qdrant-names` keeps no vectors and finds nothing: for writing millions of points. */
export type StandInName = 'redis' | 'postgres' | 'qdrant' | 'qdrant-names' | 'notion' | 'github' | 'spoken'

/** Servers in a process of their own, so that what they take is not counted as ours. */
export interface StandIns extends AsyncDisposable {
  /** One ask after the other. @throws {StandInsError} When it failed. */
  ask(of: StandInName, what: string, given?: unknown): Promise<unknown>
  askText(of: StandInName, what: string, given?: unknown): Promise<string>
}

const Line = z.object({ answer: z.unknown().optional(), failure: z.string().optional() })

export async function startStandIns(names: readonly StandInName[]): Promise<StandIns> {
  const script = join(import.meta.dirname, 'stand-ins-process.fake.ts')
  const args = ['--disable-warning=ExperimentalWarning', script, ...names]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let turn: Promise<unknown> = Promise.resolve()
  const nextAnswer = async () => {
    const next = await lines.next()
    if (next.done === true) throw new StandInsError('their process has ended')
    const { answer, failure } = Line.parse(JSON.parse(next.value))
    if (failure !== undefined) throw new StandInsError(failure)
    return answer
  }
  const ask: StandIns['ask'] = (of, what, given) => {
    const asked = turn.then(() => {
      child.stdin.write(`${JSON.stringify({ of, what, given })}\n`)
      return nextAnswer()
    })
    turn = asked.catch(() => undefined)
    return asked
  }
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.stdin.end()
    await ended
  }
  try {
    await nextAnswer()
  } catch (error) {
    await end()
    throw error
  }
  return {
    ask,
    askText: async (of, what, given) => z.string().parse(await ask(of, what, given)),
    [Symbol.asyncDispose]: end,
  }
}
