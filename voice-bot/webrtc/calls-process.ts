import { realPace } from '#providers/audio/pacing.ts'
import { reasonOf } from '#runtime/errors.ts'
import { OfferRefusedError } from './errors.ts'
import { keepPace } from './pacer.ts'
import { Peer } from './peer.ts'
import type { CallsAsk, CallsTold, HeardSound, PlayedSound } from './wire.ts'

/**
 * Holds the calls in a process of its own: should WebRTC's native code crash, calls are cut off and nothing else is,
 * and whatever keeps the other process busy makes no gap in what is heard.
 */
const peers = new Map<number, Peer>()
/** Frames until the next telling: two make the 20 ms of an Opus packet. */
const framesPerTelling = 2

function tell(told: CallsTold): void {
  if (process.connected) process.send?.(told)
}

async function answer({ call, sdp, iceServers }: CallsAsk & { kind: 'answer' }): Promise<void> {
  const peer = new Peer(iceServers, {
    message: (json) => tell({ kind: 'message', call, json }),
    closed: (reason) => {
      peers.delete(call)
      tell({ kind: 'closed', call, reason })
    },
  })
  try {
    peers.set(call, peer)
    tell({ kind: 'answered', call, sdp: await peer.answer(sdp) })
  } catch (error) {
    tell({ kind: 'refused', call, reason: error instanceof OfferRefusedError ? error.reason : reasonOf(error) })
    peer.close('refused')
  }
}

function take(ask: CallsAsk): void {
  const peer = peers.get(ask.call)
  switch (ask.kind) {
    case 'answer':
      void answer(ask)
      return
    case 'send':
      peer?.send(ask.json)
      return
    case 'play':
      peer?.speaker.play(ask.samples, ask.sampleRate)
      return
    case 'clear':
      peer?.speaker.clear(ask.epoch)
      return
    case 'hold':
      peer?.speaker.hold()
      return
    case 'go-on':
      peer?.speaker.goOn()
      return
    case 'close':
      peer?.close('we hung up')
  }
}

const playing = new Set<number>()
let ticks = 0

function tick(): void {
  for (const [call, peer] of peers) if (peer.tick()) playing.add(call)
  ticks += 1
  if (ticks % framesPerTelling === 0) tellSound()
}

function tellSound(): void {
  const heard: HeardSound[] = []
  const played: PlayedSound[] = []
  for (const [call, peer] of peers) {
    const samples = peer.takeHeard()
    if (samples.length > 0) heard.push({ call, samples })
    if (playing.delete(call)) played.push(peer.speaker.progress(call))
  }
  playing.clear()
  if (heard.length > 0 || played.length > 0) tell({ kind: 'sound', heard, played })
}

process.on('message', take)
// Whoever began this process is gone: so is the reason to be.
process.on('disconnect', () => process.exit(0))
// Asked to stop with the other process, it waits for that one to hang up.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
await keepPace(tick, realPace, new AbortController().signal)
