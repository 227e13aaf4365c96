import type { Session } from '../protocol-session.ts'
import type { Timing } from './playback.ts'

export interface IdlePromptParts {
  timing: Timing
  settings: () => Session
  /** Somebody is there, and nothing is under way. */
  isIdle: () => boolean
  /** Now, by the audio's clock. */
  nowMs: () => number
  /** Asks whether anything is wanted. @param fromMs When the silence began, by the audio's clock. */
  prompt: (fromMs: number) => void
}

/** After a long silence, one question; then no other until somebody asks something. */
export class IdlePrompt {
  readonly #parts: IdlePromptParts
  #stop: (() => void) | undefined
  #hasPrompted = false

  constructor(parts: IdlePromptParts) {
    this.#parts = parts
  }

  /** Somebody asks something. */
  asked(): void {
    this.#hasPrompted = false
  }

  wait(): void {
    const { timing, isIdle, nowMs, prompt } = this.#parts
    const idleMs = this.#idleMs()
    if (idleMs === null || this.#hasPrompted) return
    this.stop()
    const fromMs = nowMs()
    this.#stop = timing.after(idleMs, () => {
      this.#stop = undefined
      if (!isIdle()) return
      this.#hasPrompted = true
      prompt(fromMs)
    })
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  #idleMs(): number | null {
    const { audio, nightdesk } = this.#parts.settings()
    const detection = audio.input.turn_detection
    return (detection?.type === 'server_vad' ? detection.idle_timeout_ms : null) ?? nightdesk.idle_prompt_ms
  }
}
