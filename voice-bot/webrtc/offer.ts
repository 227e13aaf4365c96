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
 * Has us send next to nothing while we are silent (Opus's DTX): our silence is digital, so that nothing of it is lost, and
 * we are silent most of the time. What the client sends is left as the client has it.
 */
export function sparingSilence(sdp: string): string {
  const opus = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im.exec(sdp)?.[1]
  if (opus === undefined) return sdp
  return sdp.replace(new RegExp(`^(a=fmtp:${opus} )(?!.*\\busedtx=)`, 'm'), '$1usedtx=1;')
}
