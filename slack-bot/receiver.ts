import { SocketModeReceiver } from '@slack/bolt'
import { z } from 'zod'
import type { Log } from '#runtime/log.ts'
import { SlackRefusedError } from './errors.ts'
import { quietLogger } from './slack-calls.ts'
import { jsonOf } from './threads.ts'

/** Takes one delivery; resolves when Slack may be told that we have it. */
export type Take = (body: unknown) => Promise<void>

export interface SocketModeParts {
  appToken: string
  apiUrl?: string | undefined
  take: Take
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  log: Log
}

/** Bolt's client announces a delivery under the name of its event, and itself listens to these. */
const reserved = new Set(
  (
    'authenticated close connected connecting disconnected disconnecting error outgoing_message reconnecting ' +
    'slack_event ws_message'
  ).split(' '),
)
const eventType = z
  .string()
  .min(1)
  .refine((type) => !reserved.has(type))
const Envelope = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('events_api'),
    envelope_id: z.string().min(1),
    payload: z.object({ event: z.object({ type: eventType }) }),
  }),
  z.object({ type: z.enum(['slash_commands', 'interactive']), envelope_id: z.string().min(1), payload: z.object({}) }),
])
const Control = z.object({ type: z.enum(['hello', 'disconnect']) })

const firstPauseMs = 300
const longestPauseMs = 15_000
const hopeless = new Set(['not_authed', 'invalid_auth', 'account_inactive', 'user_removed_from_team', 'team_disabled'])

/**
 * Keeps one connection to Slack until the signal aborts. Bolt's own reconnecting is switched off: it waits five seconds
 * after every refresh, and what fails in it ends the process.
 * @throws {SlackRefusedError} When the token is wrong.
 */
export async function receiveBySocket(parts: SocketModeParts, onReady: () => void, signal: AbortSignal): Promise<void> {
  const { log } = parts
  let failures = 0
  while (!signal.aborted) {
    try {
      await oneConnection(
        parts,
        () => {
          failures = 0
          onReady()
        },
        signal,
      )
      log.debug({}, 'the connection to Slack ended, and is made anew')
    } catch (error) {
      if (signal.aborted) return
      const refusal = refusalOf(error)
      if (refusal !== undefined && hopeless.has(refusal))
        throw new SlackRefusedError('apps.connections.open', refusal, error)
      failures += 1
      log.warn({ err: error, failures }, 'Slack can not be reached')
    }
    if (failures > 0)
      await parts.wait(Math.min(longestPauseMs, firstPauseMs * 2 ** failures), signal).catch(() => undefined)
  }
}

/** Resolves when the connection has ended. */
async function oneConnection(parts: SocketModeParts, onReady: () => void, signal: AbortSignal): Promise<void> {
  const client = socketClient(parts)
  const ended = Promise.withResolvers<void>()
  client.once('disconnected', () => ended.resolve())
  const stop = () => {
    // Asked for while it is being made, this rejects nobody's promise but its own.
    client.disconnect().then(undefined, () => undefined)
    ended.resolve()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    const started = client.start()
    await Promise.race([started, ended.promise.then(() => Promise.reject(new Error('the connection ended at once')))])
    onReady()
    await ended.promise
  } finally {
    signal.removeEventListener('abort', stop)
    client.disconnect().then(undefined, () => undefined)
  }
}

function socketClient({ appToken, apiUrl, take, log }: SocketModeParts) {
  const { client } = new SocketModeReceiver({
    appToken,
    autoReconnectEnabled: false,
    logger: quietLogger(log),
    installerOptions: {
      clientOptions: { retryConfig: { retries: 0 }, ...(apiUrl !== undefined && { slackApiUrl: apiUrl }) },
    },
  })
  onlyWellFormed(client)
  client.on('slack_event', (delivery: { body: unknown; ack: () => Promise<void> }) => {
    // What could not be stored is not acknowledged, so that Slack sends it again.
    take(delivery.body)
      .then(() => delivery.ack())
      .catch((err: unknown) => log.warn({ err }, 'a delivery of Slack was not taken'))
  })
  return client
}

type SocketClient = SocketModeReceiver['client']

/** What is malformed would throw in the middle of Bolt's listener, where nobody catches it. */
function onlyWellFormed(client: SocketClient): void {
  const listeners = client.listeners('ws_message')
  client.removeAllListeners('ws_message')
  client.on('ws_message', (data: unknown, isBinary: unknown) => {
    if (isBinary === true || typeof data !== 'string') return
    const message = jsonOf(data)
    if (!Control.safeParse(message).success && !Envelope.safeParse(message).success) return
    for (const listener of listeners) listener(data, false)
  })
}

function refusalOf(error: unknown): string | undefined {
  const read = z.object({ data: z.object({ error: z.string() }) }).safeParse(error)
  return read.data?.data.error
}
