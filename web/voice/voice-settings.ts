const storageKey = 'nightdesk.voice'

/** How one talks with the page in this browser; kept for the next visit. */
export interface VoiceSettings {
  /** `open`: it always listens; `hold`: as long as a key or the button is held. */
  microphone: 'open' | 'hold'
  /** The key to hold, by its place on the keyboard (`KeyboardEvent.code`). */
  key: string
  /** Empty: whichever the system prefers. */
  inputDevice: string
  outputDevice: string
  transport: 'websocket' | 'webrtc'
  /** Whether the browser's own speech recognition may hear where the server has none; it may send speech to its maker. */
  ownRecognition: 'ask' | 'yes' | 'no'
  /** Answers are spoken, and not only shown. */
  aloud: boolean
}

const usual: VoiceSettings = {
  microphone: 'open',
  key: 'Space',
  inputDevice: '',
  outputDevice: '',
  transport: 'websocket',
  ownRecognition: 'ask',
  aloud: true,
}

export function storedVoiceSettings(): VoiceSettings {
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(storageKey) ?? '{}') }
  } catch {
    // Whatever else stands there is not ours.
    return usual
  }
}

export function storeVoiceSettings(settings: VoiceSettings): void {
  localStorage.setItem(storageKey, JSON.stringify(settings))
}
