import { describe, expect, it } from 'vitest'
import { preferringRedundancy, sparingSilence } from './offer.ts'

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

describe('sparingSilence', () => {
  it('asks for it once, where there is Opus', () => {
    const asked = sparingSilence(offer('111', opus, 'a=fmtp:111 minptime=10;useinbandfec=1'))
    expect(asked).toBe(offer('111', opus, 'a=fmtp:111 usedtx=1;minptime=10;useinbandfec=1'))
    expect(sparingSilence(asked)).toBe(asked)
    expect(sparingSilence(offer('0', 'a=rtpmap:0 PCMU/8000'))).toBe(offer('0', 'a=rtpmap:0 PCMU/8000'))
  })

  it('leaves it to a client that says that it does not want it', () => {
    const unwanted = offer('111', opus, 'a=fmtp:111 minptime=10;usedtx=0')
    expect(sparingSilence(unwanted)).toBe(unwanted)
  })
})
