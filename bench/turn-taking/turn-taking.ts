import type { TurnDetection } from '#voice-bot/turn-taking/options.ts'
import {
  type DisturbanceRow,
  disturbances,
  type InterruptionsRow,
  interruptions,
  type TurnEndsRow,
  turnEnds,
  turnEndsByLanguage,
  turnEndsByRoom,
} from './findings.ts'
import { type HeardScene, heardScenes } from './listening.ts'
import { type Outcome, rehearse } from './rehearsal.ts'
import { scenes } from './scenes.ts'
import type { Split } from './utterances.ts'

export interface TurnTakingFindings {
  split: Split
  /** Of the sound, in minutes. */
  minutes: number
  eagerness: readonly TurnEndsRow[]
  /** Every wait times a factor, and silence alone of several lengths: what is traded for what. */
  sweep: readonly TurnEndsRow[]
  silence: readonly TurnEndsRow[]
  languages: readonly TurnEndsRow[]
  rooms: readonly TurnEndsRow[]
  disturbances: readonly DisturbanceRow[]
  interruptions: InterruptionsRow
}

const patiences = [0.5, 0.65, 0.8, 1, 1.25, 1.6, 2]
const silencesMs = [200, 300, 400, 500, 700, 1000, 1300, 1600, 2000]

/** When turns end and what interrupts, on speech and noises that are made at run time. */
export async function benchTurnTaking(
  { split, progress }: { split: Split; progress: (what: string) => void },
  signal: AbortSignal,
): Promise<TurnTakingFindings> {
  progress('speaking, and listening to it')
  const heard: HeardScene[] = []
  for await (const scene of heardScenes(scenes(split, signal), signal)) heard.push(scene)
  const frames = heard.reduce((sum, scene) => sum + scene.frames.length, 0)
  progress('deciding')
  const under = (detection: TurnDetection): Outcome[] => {
    signal.throwIfAborted()
    return heard.flatMap((scene) => rehearse(scene.scene, scene.frames, { detection }))
  }
  const usual = under({ kind: 'semantic_vad' })
  return {
    split,
    minutes: Math.round((frames * 32) / 60_000),
    eagerness: [
      turnEnds('high', under({ kind: 'semantic_vad', eagerness: 'high' })),
      turnEnds('medium', usual),
      turnEnds('low', under({ kind: 'semantic_vad', eagerness: 'low' })),
    ],
    sweep: patiences.map((patience) => turnEnds(`× ${patience}`, under({ kind: 'semantic_vad', patience }))),
    silence: silencesMs.map((silenceMs) => turnEnds(`${silenceMs} ms`, under({ kind: 'server_vad', silenceMs }))),
    languages: turnEndsByLanguage(usual),
    rooms: turnEndsByRoom(usual),
    disturbances: disturbances(usual),
    interruptions: interruptions(usual),
  }
}
