import type { SpokenScript } from '../stand-ins/spoken-script.ts'

/** A recogniser that is done as soon as it's asked, a model that begins after 100 ms, a voice that begins after 50 ms. */
export const quickProviders: SpokenScript = {
  turnEveryMs: 1,
  words: 'how do i fail over redis by hand'.split(' '),
  wordMs: 250,
  endpointingMs: 60_000,
  finalMs: 0,
  searchMs: 20,
  firstTokenMs: 100,
  tokenMs: 20,
  sentences: ['Promote one replica with `redis-cli failover` [1].', 'Then watch the lag for 5 minutes [1].'],
  firstSoundMs: 50,
  soundMs: 2500,
  betweenSoundsMs: 20,
}

/** A recogniser that needs 100 ms for its final words, a model that begins after 200 ms, a voice that begins after 80 ms. */
export const usualVoiceProviders: SpokenScript = {
  ...quickProviders,
  finalMs: 100,
  searchMs: 80,
  firstTokenMs: 200,
  firstSoundMs: 80,
}

/** Says much, so that there is something to talk over. */
export const talkativeProviders: SpokenScript = { ...quickProviders, soundMs: 12_000 }

/** Its voice is twice as fast as it is heard, so that an answer of six seconds can be cut off in its first three. */
export const unhurriedProviders: SpokenScript = { ...quickProviders, soundMs: 3000, betweenSoundsMs: 50 }

/** The quick ones for many turns: all words are known while they are said, and what is answered is short. */
export const loopProviders: SpokenScript = { ...quickProviders, wordMs: 60, soundMs: 100 }

/** What is answered takes 5 s to say, in three sentences with its source's age: as long as LiveKit's drivers answer. */
export const conversingProviders: SpokenScript = { ...quickProviders, soundMs: 1700 }
