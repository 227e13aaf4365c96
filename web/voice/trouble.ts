import type { SoundTrouble } from './sound.ts'

/** Something about talking that has to be known or done. */
export type Trouble =
  | { kind: 'sound'; trouble: SoundTrouble }
  | { kind: 'too-short' | 'sound-held' | 'other-tab' }
  | { kind: 'microphone-lost' | 'microphone-changed' | 'own-recognition-denied' | 'own-recognition-unreachable' }
  /** In the server's words. */
  | { kind: 'said'; text: string }
