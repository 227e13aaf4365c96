import type { Prices } from './api-types.ts'

/** What people say of their conversations by voice. */
export interface VoiceUse {
  minutesADay: number
  turnsAMinute: number
  /** Of a model's prompt, with the passages that it is shown. */
  promptTokens: number
  answerTokens: number
  /** That are said aloud. */
  spokenCharacters: number
  /** As in the list of prices; empty: answers are quoted. */
  model: string
  ear: string
  voice: string
}

/** US dollars a minute of conversation. */
export interface MinuteCost {
  hearing: number
  writing: number
  speaking: number
}

export const usualUse: VoiceUse = {
  minutesADay: 60,
  turnsAMinute: 2,
  promptTokens: 3_500,
  answerTokens: 250,
  spokenCharacters: 350,
  model: '',
  ear: '',
  voice: '',
}

/** Recognition is charged for all audio, whoever talks; a model and a voice for what they make. */
export function minuteCost(use: VoiceUse, { llm, speechToText, textToSpeech }: Prices): MinuteCost {
  const { turnsAMinute, promptTokens, answerTokens, spokenCharacters } = use
  const { inputPerMillionTokens = 0, outputPerMillionTokens = 0 } = llm[use.model] ?? {}
  return {
    hearing: speechToText[use.ear]?.perMinute ?? 0,
    writing:
      (turnsAMinute * (promptTokens * inputPerMillionTokens + answerTokens * outputPerMillionTokens)) / 1_000_000,
    speaking: (turnsAMinute * spokenCharacters * (textToSpeech[use.voice]?.perThousandCharacters ?? 0)) / 1000,
  }
}

export function total({ hearing, writing, speaking }: MinuteCost): number {
  return hearing + writing + speaking
}

const numbers = ['minutesADay', 'turnsAMinute', 'promptTokens', 'answerTokens', 'spokenCharacters'] as const
const names = ['model', 'ear', 'voice'] as const

/** What stands in an address, so that a calculation can be shared; the rest is as usual. */
export function useIn(search: string, { llm, speechToText, textToSpeech }: Prices): VoiceUse {
  const given = new URLSearchParams(search)
  const use = { ...usualUse, ...defaults({ llm, speechToText, textToSpeech }) }
  for (const name of numbers) {
    const value = Number(given.get(name) ?? Number.NaN)
    if (Number.isFinite(value) && value >= 0) use[name] = value
  }
  const known = { model: { ...llm, '': 0 }, ear: speechToText, voice: textToSpeech }
  for (const name of names) {
    const value = given.get(name)
    if (value !== null && Object.hasOwn(known[name], value)) use[name] = value
  }
  return use
}

function defaults({ llm, speechToText, textToSpeech }: Pick<Prices, 'llm' | 'speechToText' | 'textToSpeech'>) {
  const [first = ''] = Object.keys(llm)
  // Of the size that answers over a few passages need.
  const model = Object.keys(llm).find((name) => name.endsWith('-mini')) ?? first
  const [ear = ''] = Object.keys(speechToText)
  const [voice = ''] = Object.keys(textToSpeech)
  return { model, ear, voice }
}

export function addressOf(use: VoiceUse): string {
  return `?${new URLSearchParams([...numbers, ...names].map((name) => [name, String(use[name])]))}`
}
