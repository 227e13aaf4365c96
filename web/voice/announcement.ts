import type { ShownState } from './talk-state.ts'
import type { TalkView } from './talk-view.ts'
import type { VoiceWords } from './voice-words.ts'

/** Nobody who listens needs to be told of these: they speak, or hear that we do; and a reader's voice would be heard, too. */
const heard: ReadonlySet<ShownState> = new Set(['hearing', 'thinking', 'speaking'])

/** What a screen reader should say after a change, if anything. */
export function announcement(before: ShownState, view: TalkView, words: VoiceWords): string | undefined {
  const { state, waitingFor, asksForOwnRecognition, caption, settings } = view
  if (asksForOwnRecognition) return words.askOwnRecognition
  // Where answers are only written, so is what they answer.
  if (!settings.aloud && state === 'thinking' && caption?.isInterim === false) return `${words.you}: ${caption.text}`
  if (state === before || heard.has(state)) return undefined
  // It listens again after each answer.
  if (state === 'listening' && heard.has(before)) return undefined
  const waiting = state === 'waiting' && waitingFor !== undefined ? words.waitingFor[waitingFor] : undefined
  return waiting ?? words.states[state]
}
