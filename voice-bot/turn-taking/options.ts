import type { HeardLanguage } from '#providers/speech-to-text/speech-to-text.ts'
import type { Eagerness } from './turn-taking.ts'

/** How the end of a turn is found; the names and defaults are those of the Realtime protocol's `turn_detection`. */
export type TurnDetection =
  /** By silence alone, of a length that never changes: what a client that asks for it expects. */
  | {
      kind: 'server_vad'
      /** How sure the detector has to be that somebody speaks, 0..1; 0.5 where absent. */
      threshold?: number | undefined
      /** 500 where absent. */
      silenceMs?: number | undefined
      /** A beginning is told so much before the onset; 300 where absent. */
      prefixPaddingMs?: number | undefined
    }
  /** By what was said and how, too. `auto` is `medium`. */
  | {
      kind: 'semantic_vad'
      eagerness?: Eagerness | undefined
      threshold?: number | undefined
      /** Times each wait, on top of the eagerness; 1. */
      patience?: number | undefined
    }

export interface BargeInOptions {
  /** False: we finish what we say; who speaks meanwhile has begun a turn. */
  enabled: boolean
  /** Talk that is clearly a voice takes the turn once it has lasted so long. */
  minimumMs: number
  /**
   * So many words are needed as well, nods not counted; 0: sound is enough. Where no words come though somebody goes on
   * talking, length alone decides in the end.
   */
  minimumWords: number
}

/** All but `detection` have defaults. */
export interface TurnTakingOptions {
  detection: TurnDetection
  /** Which language's sentences and nods to expect; `auto` (the default) goes by the letters. */
  lang?: HeardLanguage | undefined
  /** Speech begins once it has lasted so long; 200. Its beginning is told as it was, not as it was found. */
  startMs?: number | undefined
  /** Nothing quieter counts as speech, in dB below full scale; -60. What the room's noise allows comes on top. */
  minimumLevelDb?: number | undefined
  /** Enabled, 700 ms, no words where absent. */
  bargeIn?: Partial<BargeInOptions> | undefined
  /** Words that end a turn at once when nothing follows them; absent: `over`, `go ahead`, どうぞ, 以上 and the like. */
  endpointWords?: readonly string[] | undefined
  /** Where there is one, only talk that has it, or follows closely upon an answer, is for us: `nightdesk`. */
  wakePhrases?: readonly string[] | undefined
}

/** Options with every default filled in. */
export interface SettledOptions {
  mode:
    | { kind: 'silence'; silenceMs: number; prefixPaddingMs: number }
    | { kind: 'meaning'; eagerness: Eagerness; patience: number }
  threshold: number
  lang: HeardLanguage
  startMs: number
  minimumLevelDb: number
  bargeIn: BargeInOptions
  endpointWords: readonly string[]
  wakePhrases: readonly string[]
}

/** Most nods are shorter, or their first word is known by then; at 600 ms more than twice as many interrupt (`bench turn-taking`). */
export const defaultMinimumMs = 700
const endpointWords = ['over', 'go ahead', "that's all", 'that is all', 'どうぞ', '以上', '以上です', '以上でーす']

export function settled(options: TurnTakingOptions): SettledOptions {
  const { detection, bargeIn } = options
  return {
    mode:
      detection.kind === 'server_vad'
        ? {
            kind: 'silence',
            silenceMs: detection.silenceMs ?? 500,
            prefixPaddingMs: detection.prefixPaddingMs ?? 300,
          }
        : { kind: 'meaning', eagerness: detection.eagerness ?? 'auto', patience: detection.patience ?? 1 },
    threshold: detection.threshold ?? 0.5,
    lang: options.lang ?? 'auto',
    startMs: options.startMs ?? 200,
    minimumLevelDb: options.minimumLevelDb ?? -60,
    bargeIn: {
      enabled: bargeIn?.enabled ?? true,
      minimumMs: bargeIn?.minimumMs ?? defaultMinimumMs,
      minimumWords: bargeIn?.minimumWords ?? 0,
    },
    endpointWords: options.endpointWords ?? endpointWords,
    wakePhrases: options.wakePhrases ?? [],
  }
}
