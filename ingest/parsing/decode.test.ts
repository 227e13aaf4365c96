import { describe, expect, it } from 'vitest'
import { decode } from './decode.ts'
import { rawEntry } from './parse.fake.ts'
import { parseEntry } from './parse.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const textOf = (content: Uint8Array | string) => {
  const decoded = decode('a.md', content, 1_000_000)
  return decoded.kind === 'decoded' ? decoded.text : decoded.reason
}

/** "障害対応の手順を確認してから、サーバーを再起動する。" over and over, since a guess needs some text. */
const shiftJis = Buffer.from('8fe18a5191ce899e82cc8ee88f8782f08a6d94468280', 'hex')

describe('decode', () => {
  it('reads UTF-8 with and without a byte order mark', () => {
    expect(textOf(Buffer.from('手順'))).toBe('手順')
    expect(textOf(Buffer.from('\ufeff手順'))).toBe('手順')
    expect(textOf('\ufeff手順')).toBe('手順')
  })

  it('reads UTF-16 in both orders, with and without a mark', () => {
    const little = Buffer.from('# Restart it all\n', 'utf16le')
    const big = Buffer.from(little).swap16()
    expect(textOf(little)).toBe('# Restart it all\n')
    expect(textOf(big)).toBe('# Restart it all\n')
    expect(textOf(Buffer.concat([bytes(0xff, 0xfe), Buffer.from('手順', 'utf16le')]))).toBe('手順')
    expect(textOf(Buffer.concat([bytes(0xfe, 0xff), Buffer.from('手順', 'utf16le').swap16()]))).toBe('手順')
  })

  it('guesses Shift_JIS and says so, naming the file', () => {
    const line = Buffer.concat([shiftJis.subarray(0, -1), bytes(0x81, 0x42, 0x0a)])
    const decoded = decode('ops/a.md', Buffer.concat(Array.from({ length: 20 }, () => line)), 1_000_000)
    expect(decoded).toMatchObject({ kind: 'decoded' })
    expect(decoded.kind === 'decoded' && decoded.text).toContain('障害対応の手順を確認')
    expect(decoded.kind === 'decoded' && decoded.warning).toMatch(/^ops\/a\.md is not UTF-8; it was read as shift_jis/)
  })

  it('reads a stray Western letter as windows-1252', () => {
    expect(
      textOf(Buffer.from('Caf\xe9 and na\xefve are closed for the weekend, se\xf1or.\n'.repeat(5), 'latin1')),
    ).toContain('Café')
  })

  it('makes all line ends \\n', () => {
    expect(textOf('a\r\nb\rc\n')).toBe('a\nb\nc\n')
  })
})

describe('entries that hold nothing to index', () => {
  const skipped = (content: Uint8Array | string, maxBytes?: number) =>
    parseEntry(rawEntry('ops/a.md', content), maxBytes)

  it.each([
    ['nothing', ''],
    ['blanks', ' \n\t\n'],
    ['a byte order mark', '\ufeff'],
  ])('are skipped when they are empty: %s', (_, content) => {
    expect(skipped(content)).toEqual({ kind: 'skipped', code: 'entry_empty', reason: 'ops/a.md is empty.' })
  })

  it('are skipped when they are binary', () => {
    const png = Buffer.concat([bytes(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13), Buffer.alloc(100, 7)])
    expect(skipped(png)).toMatchObject({ code: 'entry_binary', reason: 'ops/a.md is no text but binary content.' })
    const noZeros = Uint8Array.from({ length: 5000 }, (_, at) => 1 + ((at * 7919) % 255))
    expect(skipped(noZeros)).toMatchObject({ code: 'entry_binary' })
  })

  it('are skipped when they are too large, before they are looked at', () => {
    expect(skipped(new Uint8Array(100 * 1024 * 1024))).toEqual({
      kind: 'skipped',
      code: 'entry_too_large',
      reason: 'ops/a.md has 100 MB, more than the 10 MB that we read: split it, or exclude it.',
    })
    expect(skipped('some text', 5)).toMatchObject({ code: 'entry_too_large' })
  })
})
