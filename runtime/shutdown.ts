import type { Log } from './log.ts'

/** Ctrl-C reaches a process from its terminal and again from its launcher; so soon after the first, it is the same request. */
const sameRequestMs = 500

/**
 * Aborts when the process is asked to stop (SIGTERM, SIGINT, SIGHUP), or whoever started it with a channel is gone. A
 * second request, or taking longer than `deadlineMs`, ends the process at once.
 */
export function shutdownSignal(log: Log, deadlineMs: number): AbortSignal {
  const controller = new AbortController()
  let requestedAt = 0
  const stop = (by: string): void => {
    requestedAt = performance.now()
    log.info({ signal: by }, 'stopping')
    controller.abort(new Error(`stopped by ${by}`))
    setTimeout(() => {
      log.error({ deadlineMs }, 'stopping took too long, ending at once')
      process.exit(1)
    }, deadlineMs).unref()
  }
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted && performance.now() - requestedAt < sameRequestMs) return
      if (controller.signal.aborted) process.exit(1)
      stop(name)
    })
  }
  const leftAlone = (): void => {
    if (!controller.signal.aborted) stop('disconnect')
  }
  if (process.connected === false) leftAlone()
  process.once('disconnect', leftAlone)
  // Else it would keep the process alive.
  process.channel?.unref()
  return controller.signal
}
