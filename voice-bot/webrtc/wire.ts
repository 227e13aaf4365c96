/** What the process that holds the calls is asked; calls have numbers. */
export type CallsAsk =
  | { kind: 'answer'; call: number; sdp: string; iceServers: readonly IceServer[] }
  | { kind: 'send'; call: number; json: string }
  | { kind: 'play'; call: number; samples: Int16Array; sampleRate: number }
  /** What is told of playing after it belongs to the `epoch`. */
  | { kind: 'clear'; call: number; epoch: number }
  | { kind: 'hold' | 'go-on'; call: number }
  | { kind: 'close'; call: number }

export type CallsTold =
  | { kind: 'answered'; call: number; sdp: string }
  | { kind: 'refused'; call: number; reason: string }
  | { kind: 'message'; call: number; json: string }
  /** Of all calls, every 20 ms. */
  | { kind: 'sound'; heard: readonly HeardSound[]; played: readonly PlayedSound[] }
  | { kind: 'closed'; call: number; reason: string }

export interface HeardSound {
  call: number
  samples: Int16Array
}

export interface PlayedSound {
  call: number
  epoch: number
  /** Since the epoch began. */
  playedMs: number
  /** Nothing waits to be played. */
  isDone: boolean
}

/** As RTCPeerConnection takes them. */
export interface IceServer {
  urls: string | string[]
  username?: string | undefined
  credential?: string | undefined
}

/** Of what a client says, as the process tells it: what recognisers and voice activity detection want. */
export const heardRate = 16_000
/** Of what is played: what voices come at; WebRTC itself brings it to what Opus takes. */
export const playedRate = 24_000
