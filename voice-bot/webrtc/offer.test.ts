import { describe, expect, it } from 'vitest'
import { allowingBits, preferringRedundancy } from './offer.ts'

const offer = (formats: string, ...lines: string[]) =>
  [
    'v=0',
    `m=audio 9 UDP/TLS/RTP/SAVPF ${formats}`,
    ...lines,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    '',
  ].join('\r\n')
const opus = 'a=rtpmap:111 opus/48000/2'
const red = 'a=rtpmap:63 red/48000/2'

describe('preferringRedundancy', () => {
  it('puts what brings the packet before along in front of Opus, and changes nothing else', () => {
    expect(preferringRedundancy(offer('111 63 9 0', opus, red))).toBe(offer('63 111 9 0', opus, red))
  })

  it('leaves offers alone that have no such format, or prefer another one to Opus', () => {
    for (const same of [
      offer('111 9 0', opus),
      offer('9 111 63', opus, red),
      offer('63 111 9', opus, red),
      offer('0 63', red),
    ])
      expect(preferringRedundancy(same)).toBe(same)
  })
})

describe('allowingBits', () => {
  it('raises the limit once, where sound is sent twice', () => {
    const allowed = allowingBits(offer('63 111', opus, red, 'a=fmtp:111 minptime=10;useinbandfec=1'))
    expect(allowed).toBe(offer('63 111', opus, red, 'a=fmtp:111 maxaveragebitrate=64000;minptime=10;useinbandfec=1'))
    expect(allowingBits(allowed)).toBe(allowed)
    const alone = offer('111', opus, 'a=fmtp:111 minptime=10;useinbandfec=1')
    expect(allowingBits(alone)).toBe(alone)
  })

  it('keeps a limit that the client names', () => {
    const limited = offer('63 111', opus, red, 'a=fmtp:111 minptime=10;maxaveragebitrate=20000')
    expect(allowingBits(limited)).toBe(limited)
  })
})
