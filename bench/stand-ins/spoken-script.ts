import { z } from 'zod'

/** When one of the providers was asked something, and when it gave what is needed to go on. */
export interface ProviderMark {
  what:
    | 'heard'
    | 'hearing-left'
    | 'search-asked'
    | 'search-given'
    | 'search-left'
    | 'model-asked'
    | 'sentence-given'
    | 'model-left'
    | 'voice-asked'
    | 'sound-given'
    | 'voice-cancelled'
    | 'voice-left'
  /** Milliseconds of the machine's steady clock, which all of its processes share. */
  at: number
}

/** What the providers give, and after how long. Milliseconds. */
export const SpokenScript = z.object({
  /** A turn begins so often, in the audio's own time. */
  turnEveryMs: z.number(),
  words: z.array(z.string()),
  wordMs: z.number(),
  /** From the last word to the end of the turn. */
  endpointingMs: z.number(),
  /** The words come while there is sound, and become final so long after they were asked for; absent: by their times. */
  finalMs: z.number().optional(),
  searchMs: z.number(),
  firstTokenMs: z.number(),
  tokenMs: z.number(),
  /** Speech can begin with the first of at least two: once the next has begun, it has surely ended. */
  sentences: z.array(z.string()),
  firstSoundMs: z.number(),
  soundMs: z.number(),
  /** From one piece of sound to the next. */
  betweenSoundsMs: z.number(),
})
export type SpokenScript = z.infer<typeof SpokenScript>

/** As models cut: the space belongs to the word behind it, so that only the next word tells that a sentence has ended. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S+/g) ?? []
}
