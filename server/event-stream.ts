/** One server-sent event; `event` absent means `message`. */
export interface ServerSentEvent {
  event?: string
  data: string
}

/** Proxies and browsers give up on a silent connection after about 30 to 60 s. */
const keepAliveEveryMs = 15_000

/** Sends events as they come; a comment keeps the connection alive in between. Hanging up closes `events`. */
export function eventStream(events: AsyncIterable<ServerSentEvent>, keepAliveMs = keepAliveEveryMs): Response {
  return new Response(bytesOf(events, keepAliveMs), {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  })
}

function bytesOf(events: AsyncIterable<ServerSentEvent>, keepAliveMs: number): ReadableStream<Uint8Array> {
  const iterator = events[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let keepAlive: NodeJS.Timeout | undefined
  return new ReadableStream({
    start(controller) {
      keepAlive = setInterval(() => controller.enqueue(encoder.encode(': still working\n\n')), keepAliveMs)
    },
    async pull(controller) {
      try {
        const next = await iterator.next()
        if (next.done !== true) return controller.enqueue(encoder.encode(written(next.value)))
        clearInterval(keepAlive)
        controller.close()
      } catch (error) {
        clearInterval(keepAlive)
        controller.error(error)
      }
    },
    async cancel() {
      clearInterval(keepAlive)
      await iterator.return?.()
    },
  })
}

function written({ event, data }: ServerSentEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`)
  return `${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`
}
