import { z } from 'zod'
import { maskSecrets } from '#knowledge/secrets.ts'
import { withoutOrders } from '#retrieval/answering.ts'
import { OpsError } from '#runtime/errors.ts'
import { childOf } from '../lifetimes.ts'
import type { PreparedCall, Scene, Tool, ToolOutcome } from '../parts.ts'
import { namesId } from '../scene.ts'
import { said } from '../words.ts'
import type { ClientTool } from './client-tool.ts'

/** A client that has said nothing for so long has lost the call. */
export const defaultClientToolMs = 30_000
/** What a model is shown of a result, in characters. */
const mostResult = 4000
/** What a listener is told of it where no model puts it into words. */
const mostSaid = 300

/** The client did not send back what came of a call. */
class ClientToolLostError extends OpsError {
  override readonly name = 'ClientToolLostError'
  readonly code = 'client_tool_lost'
  readonly retryable = true
  readonly userMessage: string
  constructor(tool: string, timeoutMs: number) {
    super(`No result of a client's tool came within ${timeoutMs} ms`)
    this.userMessage = `Nothing came back from ${tool}, so I go on without it.`
  }
}

interface Settled {
  text: string
  failed: boolean
}

/** Calls that a client has been asked to run, until their results have come. */
export class ClientCalls {
  readonly #open = new Map<string, (settled: Settled) => void>()

  /** @returns Whether anybody still waits for it: results that come late or twice are of no effect. */
  settle(callId: string, settled: Settled): boolean {
    const resolve = this.#open.get(callId)
    this.#open.delete(callId)
    resolve?.(settled)
    return resolve !== undefined
  }

  /** @throws {ClientToolLostError} When none has come in time. */
  async result(
    { callId, tool, timeoutMs }: { callId: string; tool: string; timeoutMs: number },
    { parts }: Scene,
    signal: AbortSignal,
  ): Promise<Settled> {
    const { promise, resolve, reject } = Promise.withResolvers<Settled>()
    using waiting = childOf(signal)
    this.#open.set(callId, resolve)
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    parts.wait(timeoutMs, waiting.signal).then(
      () => reject(new ClientToolLostError(tool, timeoutMs)),
      () => undefined,
    )
    try {
      return await promise
    } finally {
      signal.removeEventListener('abort', stop)
      waiting.abort()
      this.#open.delete(callId)
    }
  }
}

/** A client's tools as the loop calls tools. */
export function clientTools(given: readonly ClientTool[], calls: ClientCalls, timeoutMs: number): Tool[] {
  return given.map((tool) => ({
    ...tool,
    acts: false,
    atClient: true,
    prepare: (args, scene, callId): PreparedCall => {
      const fault = argumentsFault(tool, args)
      if (fault !== undefined) return { kind: 'refused', reason: fault }
      return {
        kind: 'ready',
        run: async (signal) =>
          outcomeOf(tool.name, await calls.result({ callId, tool: tool.name, timeoutMs }, scene, signal), scene),
      }
    },
  }))
}

function argumentsFault({ parameters }: ClientTool, given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'the arguments are no JSON object'
  const schema = schemaOf(parameters)
  const read = schema?.safeParse(given)
  return read?.success === false ? z.prettifyError(read.error) : undefined
}

/** Clients write schemas as they like; one that we don't understand checks nothing. */
function schemaOf(parameters: ClientTool['parameters']): z.ZodType | undefined {
  try {
    return z.fromJSONSchema({ ...parameters })
  } catch {
    return undefined
  }
}

/** What comes from a client is data, as what stands in documents is: secrets are masked, orders to us left out. */
function outcomeOf(tool: string, { text, failed }: Settled, scene: Scene): ToolOutcome {
  const result = withoutOrders(maskSecrets(text.slice(0, mostResult)).text).text
  if (failed) return { kind: 'failed', say: { text: said('tool-failed', scene.lang), abstained: true } }
  // Words of ours may repeat what it says.
  scene.reads.read([{ id: namesId, text: `${tool}\n${result}` }])
  return { kind: 'done', say: { text: plainResult(result) || said('tool-done', scene.lang) }, result: result || 'done' }
}

/** A result for people: the values of a record by their names, else as it is. */
function plainResult(result: string): string {
  const text = recordIn(result) ?? result
  return text.length <= mostSaid ? text : `${text.slice(0, mostSaid).replace(/\s\S*$/, '')}…`
}

function recordIn(result: string): string | undefined {
  try {
    const read = z.record(z.string(), z.unknown()).safeParse(JSON.parse(result))
    if (!read.success) return undefined
    const named = Object.entries(read.data).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? `${name.replaceAll('_', ' ')}: ${value}`
        : [],
    )
    return named.join(', ')
  } catch {
    return undefined
  }
}
