import type { Verdict } from '../events.ts'
import { type Speakable, type SpeakableOptions, speakable } from '../speech/speakable.ts'

/** What nobody wants to hear read out. */
const unspeakable = /https?:\/\/\S+|```|\*\*|__|\[\d{1,3}\]|[|`]/

/** A sentence as it is said; if something is left in it that can't be, it's left to be read, which the verdict says. */
export function speakableChecked(written: string, options: SpeakableOptions): { said: Speakable; verdict?: Verdict } {
  const said = speakable(written, options)
  const left = unspeakable.exec(said.text)
  if (left === null) return { said }
  const clean = said.spans.map((span) => ({ ...span, spoken: span.spoken.replace(new RegExp(unspeakable, 'g'), ' ') }))
  return {
    said: { ...said, spans: clean, text: clean.map(({ spoken }) => spoken).join('') },
    verdict: {
      stage: 'speech',
      guardrail: 'speakable',
      outcome: 'changed',
      reason: `"${left[0].slice(0, 40)}" is not for the ear`,
    },
  }
}
