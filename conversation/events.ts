import type { Answer, AnswerEvent, Exchange } from '#knowledge/answer.ts'
import type { Lang } from '#knowledge/document.ts'
import type { SpokenWord } from '#providers/text-to-speech/text-to-speech.ts'
import type { HeardNames } from './heard-names.ts'
import type { OfferedTools } from './tools/client-tool.ts'

/** An exchange that a client tells of; what it doesn't say is chosen now. */
export interface ToldExchange extends Exchange {
  traceId?: string | undefined
  at?: Date | undefined
}

/** What a conversation takes in, as plain data, so that it can be written down and replayed. */
export type ConversationInput =
  | {
      kind: 'text'
      text: string
      lang?: Lang | undefined
      history?: readonly Exchange[] | undefined
      /** Of this turn alone; absent: the conversation's. */
      mode?: 'text' | 'spoken' | undefined
      /** Of this turn alone; absent: the conversation's. */
      clientTools?: OfferedTools | undefined
    }
  /** Mono PCM16 as it comes from a microphone. */
  | { kind: 'audio'; samples: Int16Array; sampleRate: number }
  /** The speaker let go of the button, or the file is at its end: what was said until now is the turn. */
  | {
      kind: 'speech-end'
      /** Where it began, by the same measure: what was dropped since, before it was known to be speech, is of the turn after all. */
      fromMs?: number | undefined
      /** Where the speech itself ended, in milliseconds of all audio that came in. */
      spokenMs?: number | undefined
      /** What the caller calls that turn: its words are told by this name, however late they come. */
      of?: string | undefined
    }
  /** The speaker is likely to be done: an answer that was begun may go on to its end. */
  | { kind: 'likely-speech-end' }
  /** What was said, or is being said, will be answered: its answer may go on before its last words are known for good. */
  | { kind: 'answer-wanted'; spokenMs?: number | undefined }
  /** What was heard until now is nobody's question: a noise, or talk that isn't for us. */
  | { kind: 'drop-heard' }
  /** What the client's own recogniser has heard of a sentence that isn't over. */
  | { kind: 'hearing'; text: string }
  /** What was said before, where the client has kept it; remembered as turns of this conversation, by that name if it has one. */
  | { kind: 'history'; exchanges: readonly ToldExchange[] }
  /** From the next turn on nothing is known of this one: a turn by its number, one under way included, or by its trace. */
  | { kind: 'forget'; turn: number }
  | { kind: 'forget'; traceId: string }
  /** The answer is talked over, or stopped by hand. */
  | {
      kind: 'interruption'
      /** How much of the turn's speech the listener heard before it fell silent; absent: all that was handed out. */
      heardMs?: number | undefined
      /** Whose speech it is; absent: the turn that is being taken, or else the last one. */
      turn?: number | undefined
    }
  /** From whoever runs a tool for us: a client, or something that took its time. */
  | { kind: 'tool-result'; callId: string; text: string; failed?: boolean | undefined }
  /** From the next turn on these are the tools that run at the client, and no others. */
  | ({ kind: 'client-tools' } & OfferedTools)
  /** From the next answer on it is spoken so fast, times the pace that was asked for by talking. */
  | { kind: 'pace'; speed: number }
  | { kind: 'dtmf'; digit: string }
  | { kind: 'end' }

/** What a recogniser makes of the end of a turn, which somebody else decides. */
export type EndHint = 'likely-end' | 'end' | 'resumed'

export type GuardrailStage = 'input' | 'retrieval' | 'output' | 'speech'

/** What a guardrail found. `noted`: nothing was changed; `changed`: something was masked or taken out; `blocked`: kept back. */
export interface Verdict {
  stage: GuardrailStage
  guardrail: string
  outcome: 'noted' | 'changed' | 'blocked'
  reason: string
}

export type ToolPhase = 'started' | 'progress' | 'result' | 'failed' | 'cancelled'

/** How long a turn took, by stage, and how big its prompt was, by part. */
export interface TurnMetrics {
  timingsMs: Readonly<Record<string, number>>
  /** Estimated tokens of what a model was handed by the loop itself, by part; empty where none was asked. */
  promptTokens: Readonly<Record<string, number>>
  /** What became of the work begun before the turn ended: retrieval, or the answer too, was kept or thrown away. */
  speculation: 'none' | 'retrieval-kept' | 'answer-kept' | 'discarded'
  /** The question shares nothing with what came before, so that it was answered without it. */
  newTopic: boolean
}

/** What happens while a turn is taken. Each turn ends in exactly one `done`, `interrupted` or `apology`. */
export type TurnEvent =
  /** `names`: of what was spoken, the names that were put right, or may be others. */
  | { kind: 'turn'; text: string; lang: Lang; names?: HeardNames | undefined }
  | Exclude<AnswerEvent, { kind: 'done' }>
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'state'; state: string; step?: { at: number; of: number } | undefined }
  /**
   * `text` of `started` is the arguments as JSON, of `result` what came of it. Each call that is started ends in exactly
   * one `result`, `failed` or `cancelled`. `atClient`: the client runs it, and answers by a `tool-result`.
   */
  | { kind: 'tool'; callId: string; tool: string; phase: ToolPhase; text: string; atClient?: boolean | undefined }
  /** Something is about to be said aloud: as it sounds, and as it is written. `filler`: only to bridge a wait. */
  | { kind: 'sentence'; text: string; written: string; filler: boolean }
  /** The words' times count from the first sample of the turn's speech. */
  | { kind: 'audio'; samples: Int16Array; sampleRate: number; words: readonly SpokenWord[] }
  | { kind: 'metrics'; metrics: TurnMetrics }
  /** Something failed that the turn can do without; these words are for the listener. */
  | { kind: 'notice'; code: string; text: string }
  | { kind: 'done'; answer: Answer }
  /** The turn was cut off; the history holds `heard` and nothing more. */
  | { kind: 'interrupted'; heard: string }
  /** The turn failed; these words are for the listener. */
  | { kind: 'apology'; code: string; text: string }

/** What a conversation gives out. `turn` counts from 1; 0 is between turns. */
export type ConversationEvent =
  | (TurnEvent & { turn: number })
  | {
      kind: 'interim' | 'final'
      turn: number
      text: string
      confidence?: number | undefined
      names?: HeardNames | undefined
      /** Words of a turn that its caller has ended already, by its name. */
      of?: string | undefined
    }
  /** Where the caller ends turns: what the recogniser makes of the end of this one. */
  | { kind: 'hint'; turn: number; hint: EndHint }
  /** Where the caller ends turns: what was heard of the one that it ended, '' where nothing was. */
  | {
      kind: 'heard'
      turn: number
      text: string
      confidence: number
      lang?: Lang | undefined
      names?: HeardNames | undefined
      /** What its caller called it. */
      of?: string | undefined
    }
  /** Recognition failed, and is tried again; these words are for the speaker. */
  | { kind: 'deaf'; turn: number; code: string; text: string }
  /** After recognition had failed, what is said is heard again. */
  | { kind: 'hears-again'; turn: number }
  /** After a turn was done, the listener was found to have heard less of it. */
  | { kind: 'revised'; turn: number; heard: string }
