import { describe, expect, it } from 'vitest'
import { eventStream } from './event-stream.ts'

describe('eventStream', () => {
  it('writes events as the standard wants them, newlines included', async () => {
    const response = eventStream(
      (async function* () {
        yield { event: 'delta', data: 'one\ntwo' }
        yield { data: '[DONE]' }
      })(),
    )
    expect(await response.text()).toBe('event: delta\ndata: one\ndata: two\n\ndata: [DONE]\n\n')
  })

  it('keeps a silent connection alive with comments', async () => {
    const silent = Promise.withResolvers<void>()
    const response = eventStream(
      (async function* () {
        await silent.promise
        yield { data: 'at last' }
      })(),
      1,
    )
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(new TextDecoder().decode(first?.value)).toBe(': still working\n\n')
    silent.resolve()
    await reader?.cancel()
  })

  it('closes its source when the reader leaves', async () => {
    const closed = Promise.withResolvers<void>()
    const response = eventStream(
      (async function* () {
        try {
          for (;;) yield { data: 'more' }
        } finally {
          closed.resolve()
        }
      })(),
    )
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await closed.promise
    expect(response.headers.get('x-accel-buffering')).toBe('no')
  })
})
