import { execFile } from 'node:child_process'
import { access, cp, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { OpsError, reasonOf } from '#runtime/errors.ts'

const execute = promisify(execFile)

/** Where its drivers are looked for: scripts around `AgentSession` that print a line of JSON for each scenario. */
const usualFolder = join(import.meta.dirname, '../../../shared/peers/livekit')

class LivekitError extends OpsError {
  override readonly name = 'LivekitError'
  readonly code = 'bench_livekit'
  readonly retryable = true
  readonly userMessage: string
  constructor(reason: string) {
    super(`LiveKit's drivers failed: ${reason}`)
    this.userMessage = `LiveKit Agents could not be measured: ${reason}. Leave it out with --no-peers.`
  }
}

const Spread = z.looseObject({
  p50: z.number(),
  p95: z.number(),
  p99: z.number().optional(),
  max: z.number().optional(),
})

export const LivekitTurns = z.looseObject({
  name: z.string(),
  about: z.string(),
  missed: z.number(),
  total: Spread.extend({ n: z.number() }),
  overhead: Spread,
  speechEndToLlm: Spread,
  tokenToTts: Spread,
  audioToOutput: Spread,
})
export const LivekitBargeIn = z.looseObject({ name: z.string(), missed: z.number(), stopMinusMinDurationMs: Spread })
export const LivekitLoad = z.looseObject({
  sessions: z.number(),
  minutes: z.number(),
  cpuSecondsPerSessionMinute: z.number(),
  turns: z.number(),
  missed: z.number(),
  speechEndToFirstFrameMs: Spread.nullable(),
  rssMb: z.looseObject({ sessionsOpen: z.number(), peak: z.number(), every30s: z.array(z.number()) }),
  afterGc: z
    .looseObject({ rss: z.number(), heap: z.looseObject({ used: z.number(), external: z.number() }) })
    .optional(),
})

/** LiveKit Agents JS, measured by drivers of its own. */
export interface LivekitPeer {
  run<Line>(script: string, args: readonly string[], line: z.ZodType<Line>, signal: AbortSignal): Promise<Line[]>
}

/**
 * Installs it in the user's cache, unless it's there.
 * @returns undefined where its drivers are not on this machine.
 * @throws {LivekitError} When it can't be installed.
 */
export async function livekitPeer(signal: AbortSignal, folder = usualFolder): Promise<LivekitPeer | undefined> {
  const isThere = await access(join(folder, 'package.json')).then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  const installed = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nightdesk', 'livekit-peer')
  try {
    await mkdir(installed, { recursive: true })
    await cp(resolve(folder), installed, { recursive: true, force: true, mode: 0 })
    const has = await access(join(installed, 'node_modules', '@livekit', 'agents')).then(
      () => true,
      () => false,
    )
    if (!has) {
      await execute('npm', ['install', '--prefix', installed], {
        cwd: installed,
        signal,
        env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      })
    }
  } catch (error) {
    signal.throwIfAborted()
    throw new LivekitError(reasonOf(error))
  }
  return {
    async run(script, args, line, stop) {
      try {
        const { stdout } = await execute(process.execPath, ['--expose-gc', join('src', script), ...args], {
          cwd: installed,
          signal: stop,
          maxBuffer: 16 * 1024 * 1024,
        })
        return stdout
          .split('\n')
          .filter((each) => each.startsWith('{'))
          .map((each) => line.parse(JSON.parse(each)))
      } catch (error) {
        stop.throwIfAborted()
        throw new LivekitError(reasonOf(error))
      }
    },
  }
}
