import { element } from '../dom.ts'
import { stageBar } from '../turn-bars.ts'
import type { PageLang } from '../words.ts'
import { type VoiceWords, voiceWordsIn } from './voice-words.ts'

/** What a spoken answer took from the last word of its question to its own first sound. */
export interface Latency {
  /** By stage, in the order in which they come; they add up to the total. */
  stagesMs: Readonly<Record<string, number>>
  totalMs: number
}

type Stage = keyof VoiceWords['latency']

/** The parts in a bar, and each with its figure: all of it measured, none of it guessed. */
export function latencyRow({ stagesMs }: Latency, lang: PageLang): HTMLElement {
  const words = voiceWordsIn[lang]
  const parts = Object.entries(stagesMs).flatMap(([name, ms]) =>
    isStage(name, words) ? [{ stage: name, ms: Math.round(ms), label: words.latency[name] }] : [],
  )
  // Of what is shown, so that whoever adds it up comes to the same.
  const total = parts.reduce((sum, { ms }) => sum + ms, 0)
  const bar = stageBar(
    parts.map(({ stage, ms, label }) => ({
      stage,
      share: ms / Math.max(1, total),
      label: `${label} ${inMs(ms, lang)}`,
    })),
  )
  const legend = element('ul', { 'aria-hidden': 'true' })
  for (const { stage, ms, label } of parts) {
    legend.append(element('li', { 'data-stage': stage }, `${label} `, element('b', {}, inMs(ms, lang))))
  }
  return element('div', { class: 'latency' }, element('p', {}, words.firstSound(inMs(total, lang))), bar, legend)
}

function isStage(name: string, words: VoiceWords): name is Stage {
  return name in words.latency
}

function inMs(ms: number, lang: PageLang): string {
  return `${ms.toLocaleString(lang)} ms`
}
