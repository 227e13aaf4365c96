import { realPace } from '#providers/audio/pacing.ts'
import { steadyMs } from '../conversation/port-marks.ts'
import { type Percentiles, percentiles } from '../search.ts'
import { startStandIns } from '../stand-ins/stand-ins.ts'
import { usualVoiceProviders } from '../voice/scripts.ts'
import { startAgent } from './agent.ts'
import { startCaller } from './caller.ts'
import type { CallerFindings, CallerOptions } from './caller-wire.ts'
import type { LineQuality } from './line.ts'
import type { Network } from './network.ts'

export interface VoiceNetworkFindings {
  network: Network['kind']
  seed: number
  /** On lines that stay as they are. */
  lines: readonly LineRow[]
  /** On a line that is cut in the middle of an answer, and mended. */
  cuts: readonly CutRow[]
}

interface TalkRow {
  transport: CallerOptions['kind']
  line: string
  caller: CallerFindings
}

export interface LineRow extends TalkRow {
  quality: LineQuality
  firstSound: Percentiles
  stop: Percentiles
  /** Of what the caller said, how much later it came than the soonest, where it goes as events. */
  heardLate: Percentiles
}

export interface CutRow extends TalkRow {
  cutMs: number
}

export interface VoiceNetworkBench {
  turns: number
  seed: number
  progress: (what: string) => void
}

const good: LineQuality = { loss: 0, delayMs: 20, jitterMs: 0 }
const lines: readonly { line: string; quality: LineQuality }[] = [
  { line: 'good line', quality: good },
  { line: '5 % loss, 30 ms jitter', quality: { loss: 0.05, delayMs: 40, jitterMs: 30 } },
  { line: '10 % loss, 100 ms jitter', quality: { loss: 0.1, delayMs: 120, jitterMs: 100 } },
]
const cutsMs = [3000, 10_000] as const
/** One before the cut, the one that is cut, and those that show that all goes on. */
const turnsAroundCut = 5
const cutInTurn = 1
const cutAfterMs = 700
const transports = ['webrtc', 'websocket'] as const
/** Every so many turns. */
const talkOverEvery = 4

/** Over each line both transports at once, so that they share what it does. */
export async function measureVoiceNetwork(
  network: Network,
  { turns, seed, progress }: VoiceNetworkBench,
  signal: AbortSignal,
): Promise<VoiceNetworkFindings> {
  await using standIns = await startStandIns(['spoken'])
  const providers = await standIns.askText('spoken', 'url', usualVoiceProviders)
  const found: { lines: LineRow[]; cuts: CutRow[] } = { lines: [], cuts: [] }
  for (const { line, quality } of lines) {
    progress(line)
    await network.become(quality, seed)
    const talks = transports.map(async (transport): Promise<LineRow> => {
      await using agent = await startAgent(providers)
      const options = { kind: transport, address: await network.addressOf(agent.port), turns, talkOverEvery, seed }
      await using talking = startCaller(network, options, () => {}, signal)
      const caller = await talking.findings
      const { heardLateMs } = await agent.use()
      return {
        transport,
        line,
        quality,
        caller,
        firstSound: percentiles(caller.firstSoundMs),
        stop: percentiles(caller.stopMs),
        heardLate: percentiles(heardLateMs),
      }
    })
    found.lines.push(...(await Promise.all(talks)))
  }
  for (const cutMs of cutsMs) {
    for (const transport of transports) {
      const line = `cut for ${cutMs / 1000} s`
      progress(`${transport}, ${line}`)
      await network.become(good, seed)
      await using agent = await startAgent(providers)
      const address = await network.addressOf(agent.port)
      const options = { kind: transport, address, turns: turnsAroundCut, talkOverEvery: 0, seed }
      const cut = Promise.withResolvers<void>()
      await using talking = startCaller(network, options, (turn) => turn === cutInTurn && cut.resolve(), signal)
      await Promise.race([cut.promise, talking.findings])
      await realPace.wait(cutAfterMs, signal)
      await network.cut(true)
      await realPace.wait(cutMs, signal)
      await network.cut(false)
      talking.mended(steadyMs())
      found.cuts.push({ transport, line, cutMs, caller: await talking.findings })
    }
  }
  return { network: network.kind, seed, ...found }
}
