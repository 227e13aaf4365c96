import { OfferRefusedError } from './errors.ts'

/** Browsers' offers have 2 to 8 kB; what is longer needn't be parsed by native code. */
const longestOffer = 64 * 1024
/** Kinds of media in one offer; a call needs two. */
const mostMedia = 8

/**
 * Sees to it that what reaches native code looks like an offer of a call.
 * @throws {OfferRefusedError}
 */
export function checkOffer(sdp: string): void {
  const refuse = (reason: string): never => {
    throw new OfferRefusedError(reason)
  }
  if (sdp.length > longestOffer) refuse(`it has more than ${longestOffer} characters`)
  if (!sdp.startsWith('v=0')) refuse('it is no session description (SDP): send what createOffer() gave')
  const media = [...sdp.matchAll(/^m=(\w+) /gm)].map(([, kind]) => kind)
  if (media.length > mostMedia) refuse(`it describes more than ${mostMedia} media`)
  if (!media.includes('audio')) refuse('it has no audio: add a microphone track, or a transceiver for audio')
  if (!/^a=(?:fingerprint|ice-ufrag):/m.test(sdp)) refuse('it lacks the lines of ICE and DTLS that WebRTC needs')
}

/**
 * Has sound sent twice where the client can take it (RED, RFC 2198): each packet brings the one before it along, so that
 * a single packet that is lost costs nothing. It is used both ways where it stands before what it repeats; browsers offer
 * it behind. Opus's own error correction is coarser, and waits for losses.
 */
export function preferringRedundancy(sdp: string): string {
  const opus = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im.exec(sdp)?.[1]
  const red = /^a=rtpmap:(\d+) red\/48000\/2\r?$/im.exec(sdp)?.[1]
  if (opus === undefined || red === undefined) return sdp
  return sdp.replace(/^(m=audio \S+ \S+)((?: \d+)+)/m, (line: string, start: string, formats: string) => {
    const rest = formats.split(' ').filter((format) => format !== '' && format !== red)
    return rest[0] === opus ? `${start} ${[red, ...rest].join(' ')}` : line
  })
}

/**
 * Lets us send 64 kbit/s where sound is sent twice. At its usual 32 Opus speaks by a model of the voice, which takes twice
 * the CPU, three times for silence (300 against 90 µs for 20 ms), and DTX takes as much; what that model has of error
 * correction isn't needed there. A client that names a limit keeps it.
 */
export function allowingBits(sdp: string): string {
  const opus = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im.exec(sdp)?.[1]
  if (opus === undefined || !/^a=rtpmap:\d+ red\/48000\/2\r?$/im.test(sdp)) return sdp
  return sdp.replace(
    new RegExp(`^(a=fmtp:${opus} )(?!.*\\bmaxaveragebitrate=)`, 'm'),
    `$1maxaveragebitrate=${bitsPerSecond};`,
  )
}

const bitsPerSecond = 64_000
