export interface ReadEvent {
  event: string
  data: string
}

/** The server-sent events of a response, which EventSource can't do for a POST. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ReadEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += decoder.decode(value, { stream: !done })
      const blocks = rest.split(/\r?\n\r?\n/)
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const read = eventIn(block)
        if (read !== undefined) yield read
      }
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Comments keep the connection alive and say nothing. */
function eventIn(block: string): ReadEvent | undefined {
  const data: string[] = []
  let event = 'message'
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === 'event') event = value ?? ''
    if (field === 'data') data.push(value ?? '')
  }
  return data.length === 0 ? undefined : { event, data: data.join('\n') }
}
