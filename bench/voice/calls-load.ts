import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { percentiles } from '../search.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { startAgent } from '../voice-network/agent.ts'
import type { AgentUse } from '../voice-network/agent-use.ts'
import { BenchProcessEndedError } from '../voice-network/errors.ts'
import { CallsFindings } from './calls-findings.ts'
import type { VoiceLoadRow } from './load.ts'
import { quickProviders } from './scripts.ts'

const Told = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open') }),
  z.object({ kind: z.literal('findings'), findings: CallsFindings }),
])

/** As sessions over a WebSocket talk. */
const turnEveryMs = 10_000
const windowMs = 10

export interface CallsLoadRow extends VoiceLoadRow {
  /** Of the sound, the call that had most of it. */
  concealedShare: number
  /** Of the CPU seconds, those of the process that holds the calls. */
  callsCpuSecondsPerSessionMinute: number
}

/** Calls over WebRTC that all talk in real time; the agent and its calls' process are measured, the callers are not. */
export async function benchCallsLoad(
  { sessions, minutes }: { sessions: number; minutes: number },
  progress: (what: string) => void,
  signal: AbortSignal,
): Promise<CallsLoadRow> {
  await using standIns = await startStandIns(['spoken'])
  await using agent = await startAgent(await standIns.askText('spoken', 'url', quickProviders))
  const empty = await agent.use()
  const options = { address: `127.0.0.1:${agent.port}`, calls: sessions, minutes, turnEveryMs }
  const child = fork(fileURLToPath(new URL('./calls-process.ts', import.meta.url)), [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    signal,
  })
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
  const told = toldBy(child)
  await told.open
  progress(`${sessions} calls are open`)
  const begun = { use: await agent.use(), at: performance.now() }
  const found = await told.findings
  const ended = { use: await agent.use(), at: performance.now() }
  const sessionMinutes = ((ended.at - begun.at) / 60_000) * sessions
  const used = (of: (use: AgentUse) => number) => (of(ended.use) - of(begun.use)) / sessionMinutes
  return {
    system: 'Nightdesk, WebRTC',
    sessions,
    minutes,
    turns: found.turns - found.missed,
    missed: found.missed,
    cpuSecondsPerSessionMinute: used(({ cpuSeconds, callsCpuSeconds }) => cpuSeconds + callsCpuSeconds),
    callsCpuSecondsPerSessionMinute: used(({ callsCpuSeconds }) => callsCpuSeconds),
    firstSound: percentiles(found.firstSoundMs),
    gapP999Ms: gapP999(found),
    concealedShare: Math.max(0, ...found.concealedShares),
    residentMbPerSession: (ended.use.residentMb - empty.residentMb) / sessions,
    memory: [
      { minute: 0, residentMb: begun.use.residentMb },
      { minute: minutes, residentMb: ended.use.residentMb },
    ],
  }
}

/** Of all 10 ms that were heard, how long nothing had been heard before. */
function gapP999({ heardMs, gapsMs }: CallsFindings): number {
  const among = Math.floor((heardMs / windowMs) * 0.001)
  return gapsMs.toSorted((one, other) => other - one)[among] ?? 0
}

/** What the child tells, each once. */
function toldBy(child: ReturnType<typeof fork>): { open: Promise<void>; findings: Promise<CallsFindings> } {
  const open = Promise.withResolvers<void>()
  const findings = Promise.withResolvers<CallsFindings>()
  child.on('message', (message) => {
    const told = Told.parse(message)
    if (told.kind === 'open') open.resolve()
    else findings.resolve(told.findings)
  })
  const gone = (cause: unknown) => {
    open.reject(cause)
    findings.reject(cause)
  }
  child.on('error', gone)
  child.on('exit', () => gone(new BenchProcessEndedError('the callers')))
  // Whichever nobody waits for by then.
  for (const promise of [open.promise, findings.promise]) promise.catch(() => undefined)
  return { open: open.promise, findings: findings.promise }
}
