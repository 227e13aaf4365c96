import { z } from 'zod'

/** What the caller's process is begun with, as JSON. */
export interface CallerOptions {
  kind: 'webrtc' | 'websocket'
  /** Host and port of the agent. */
  address: string
  turns: number
  /** Every so many turns the answer is talked over; 0: never. */
  talkOverEvery: number
  /** Other seeds ask at other moments. */
  seed: number
}

/** What goes to the caller's process: the line is whole again. */
export const CallerAsk = z.object({ kind: z.literal('mended'), at: z.number() })

/** What comes from it: an answer begins to sound, or, at last, what it was like. */
export type CallerTold = z.infer<typeof CallerTold>

/** As the jitter buffer of a receiver has it. */
const SoundQuality = z.object({
  /** Of packets, before error correction. */
  lostShare: z.number(),
  /** Of the sound: made up because nothing had come, silence excepted. */
  concealedShare: z.number(),
  /** Of packets: lost, and restored by error correction. */
  restoredShare: z.number(),
  /** How long sound waits in the buffer. */
  bufferMs: z.number(),
})
export type SoundQuality = z.infer<typeof SoundQuality>

const CallerFindings = z.object({
  /** From nothing to a session. */
  connectedMs: z.number(),
  turns: z.number(),
  answered: z.number(),
  /** Milliseconds from the last voiced frame of a question to the first sound. */
  firstSoundMs: z.array(z.number()),
  /** Of the time from the first sound of an answer to its last. */
  heardMs: z.number(),
  silentMs: z.number(),
  longestSilenceMs: z.number(),
  interruptions: z.number(),
  stopped: z.number(),
  /** From the first voiced frame of an interruption to silence. */
  stopMs: z.array(z.number()),
  /** Each time that the session was gone on with on another connection: how long there was none. */
  resumedAfterMs: z.array(z.number()),
  lostSessions: z.number(),
  /** Times that a resumed session said that events are gone. */
  lostEvents: z.number(),
  doubledEvents: z.number(),
  /** From the mending of the line to the first that came. */
  backMs: z.number().optional(),
  /** Of the sound that came, over WebRTC. */
  sound: SoundQuality.optional(),
})
export type CallerFindings = z.infer<typeof CallerFindings>

export const CallerTold = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answering'), turn: z.number() }),
  z.object({ kind: z.literal('findings'), findings: CallerFindings }),
])
