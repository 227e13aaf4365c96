import { availableParallelism } from 'node:os'
import { type BargeInRow, benchBargeIn } from './barge-in.ts'
import { benchCallsLoad } from './calls-load.ts'
import { benchInProcessLoad } from './in-process-load.ts'
import { LivekitBargeIn, LivekitLoad, LivekitTurns, livekitPeer } from './livekit-peer.ts'
import { benchVoiceLoad, type VoiceLoadRow } from './load.ts'
import { benchLoopAlone } from './loop-alone.ts'
import { benchResume, type ResumeRow } from './resume.ts'
import { benchVoiceTurns, type VoiceTurnsRow } from './turns.ts'

/** More would measure a machine that is full: each call is encoded and decoded at both of its ends, both of them here. */
const callsPerCore = 10

export interface VoiceFindings {
  turns: readonly VoiceTurnsRow[]
  bargeIn: readonly BargeInRow[]
  resume: readonly ResumeRow[]
  load: readonly VoiceLoadRow[]
  /** Why there is no peer beside us. */
  withoutPeer?: string | undefined
}

export interface VoiceBench {
  turns: number
  sessions: readonly number[]
  minutes: number
  peers: boolean
  progress: (what: string) => void
}

/** The voice agent, and LiveKit Agents on the same machine in the same run, one after the other. */
export async function benchVoice(options: VoiceBench, signal: AbortSignal): Promise<VoiceFindings> {
  const { turns, sessions, minutes, progress } = options
  const peer = options.peers ? await livekitPeer(signal) : undefined
  const ownTurns = [await benchLoopAlone(turns, progress, signal), ...(await benchVoiceTurns(turns, progress, signal))]
  const ownBargeIn = await benchBargeIn(turns, progress, signal)
  const resume = [await benchResume(turns, progress, signal)]
  const ownLoad: VoiceLoadRow[] = []
  for (const count of sessions) {
    ownLoad.push(await benchInProcessLoad({ sessions: count, minutes }, progress, signal))
    ownLoad.push(await benchVoiceLoad({ sessions: count, minutes }, progress, signal))
    if (count <= callsPerCore * availableParallelism())
      ownLoad.push(await benchCallsLoad({ sessions: count, minutes }, progress, signal))
  }
  if (peer === undefined) {
    const withoutPeer = options.peers
      ? 'LiveKit Agents was left out: its drivers are not on this machine.'
      : 'LiveKit Agents was left out, as asked.'
    return { turns: ownTurns, bargeIn: ownBargeIn, resume, load: ownLoad, withoutPeer }
  }
  progress('LiveKit Agents, turns')
  const alone = [`--turns=${Math.max(fewestOfTheirs, turns)}`, '--only=stt-endpointing']
  const withVad = [`--turns=${turns}`, '--only=vad-300,vad-300-preemptive']
  const theirTurns = [
    ...(await peer.run('turns.mjs', alone, LivekitTurns, signal)),
    ...(await peer.run('turns.mjs', withVad, LivekitTurns, signal)),
  ]
  progress('LiveKit Agents, talked over')
  const theirBargeIn = await peer.run('bargein.mjs', [`--turns=${turns}`, '--only=pause-500'], LivekitBargeIn, signal)
  const theirLoad: VoiceLoadRow[] = []
  for (const count of sessions) {
    progress(`LiveKit Agents, ${count} sessions`)
    const args = [`--sessions=${count}`, `--minutes=${minutes}`, '--vad=bundled']
    const lines = await peer.run('load.mjs', args, LivekitLoad, signal)
    theirLoad.push(...lines.map(theirLoadRow))
  }
  return {
    turns: [
      ...ownTurns,
      ...theirTurns.map((line) => ({
        system,
        turnEnds: line.about,
        turns: line.total.n,
        missed: line.missed,
        total: spread(line.total),
        added: spread(line.overhead),
        loop: {
          toModel: spread(line.speechEndToLlm),
          toVoice: spread(line.tokenToTts),
          toSound: spread(line.audioToOutput),
        },
      })),
    ],
    bargeIn: [
      ...ownBargeIn,
      ...theirBargeIn.map(({ missed, stopMinusMinDurationMs }) => ({
        system,
        transport: 'in the process',
        interruptions: turns - missed,
        missed,
        stop: spread(stopMinusMinDurationMs),
      })),
    ],
    resume,
    load: [...ownLoad, ...theirLoad],
  }
}

const system = 'LiveKit Agents'
/** Its drivers need 5 s for a turn. */
const fewestOfTheirs = 20

interface TheirSpread {
  p50: number
  p95: number
  p99?: number | undefined
  max?: number | undefined
}

function spread({ p50, p95, p99, max }: TheirSpread): { p50: number; p95: number; p99: number } {
  return { p50, p95, p99: p99 ?? max ?? p95 }
}

function theirLoadRow(line: ReturnType<typeof LivekitLoad.parse>): VoiceLoadRow {
  const { sessions, minutes, turns, missed, rssMb, afterGc } = line
  return {
    system,
    sessions,
    minutes,
    turns,
    missed,
    cpuSecondsPerSessionMinute: line.cpuSecondsPerSessionMinute,
    firstSound: spread(line.speechEndToFirstFrameMs ?? { p50: 0, p95: 0 }),
    heapMb: afterGc && { ended: afterGc.heap.used + afterGc.heap.external },
    residentMbPerSession: (rssMb.peak - rssMb.sessionsOpen) / sessions,
    memory: rssMb.every30s.map((residentMb, at) => ({ minute: (at + 1) / 2, residentMb })),
  }
}
