import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type Output, styled, writeJson, writeLine, writeNotice } from './output.ts'

function terminal(colour: boolean): { output: Output; written: () => string } {
  const out = new PassThrough()
  return {
    output: { out, err: new PassThrough(), json: false, colour, live: false },
    written: () => String(out.read() ?? ''),
  }
}

const hostile = 'alice\u001b[2J\u001b]0;owned\u0007\u009b31m\r'

describe('what is written to a terminal', () => {
  it('carries no order to it from what people wrote, keeping the words', () => {
    const { output, written } = terminal(false)
    writeLine(output, `reviewed by ${hostile}`)
    expect(written()).not.toMatch(/(?!\n)\p{Cc}/u)
  })

  it('keeps the colours that we chose, around words that would choose their own', () => {
    const { output, written } = terminal(true)
    writeLine(output, styled(output, 'red', hostile))
    expect(written()).toBe('\u001b[31malice[2J]0;owned31m\u001b[0m\n')
  })

  it('does not turn a command around', () => {
    const { output, written } = terminal(false)
    writeLine(output, 'run \u202eoof mr\u202c now')
    expect(written()).toBe('run oof mr now\n')
  })

  it('is as harmless beside the output proper', () => {
    const err = new PassThrough()
    writeNotice({ err }, `${hostile}.md: could not be read`)
    expect(String(err.read())).toBe('alice[2J]0;owned31m.md: could not be read\n')
  })

  it('keeps lines and tabs', () => {
    const { output, written } = terminal(false)
    writeLine(output, 'a\n\tb')
    expect(written()).toBe('a\n\tb\n')
  })

  it('is plain JSON all through where JSON was asked for', () => {
    const { output, written } = terminal(false)
    writeJson(output, { by: hostile })
    const text = written()
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u)
    expect(JSON.parse(text)).toEqual({ by: hostile })
  })
})
