import type { Log } from '#runtime/log.ts'
import type { LiveCall, LiveCalls } from '../live-calls.ts'
import type { PageCall, Pager, Reached } from '../pager.ts'
import { NobodyToTransferError, TransferFailedError } from './errors.ts'

export interface TwilioTransferOptions {
  authToken: string
  /** Default: Twilio's own. */
  apiUrl?: string | undefined
  calls: Pick<LiveCalls, 'of'>
  /** In E.164 (+81312345678), by owner as documents name them. No other number is ever dialled. */
  phones: ReadonlyMap<string, string>
  /** Takes the caller again once the owner hangs up, or doesn't answer; absent: the call ends. */
  returnUrl?: string | undefined
  /** Pages where nobody is on the telephone, where no number is known, and where a transfer fails. */
  otherwise?: Pager | undefined
  /** Longest wait for Twilio's answer. Default 10 s: somebody waits to hear whether help is coming. */
  timeoutMs?: number | undefined
  log: Log
}

const twilio = 'https://api.twilio.com'
/** An owner's telephone rings for so long. */
const ringS = 30

/**
 * Puts a live call through to the owners: Twilio is told what the call does from now on
 * (POST /2010-04-01/Accounts/{AccountSid}/Calls/{CallSid}.json, twilio.com/docs/voice/api/call-resource#update-a-call-resource).
 * All of their telephones ring, and who answers first has the caller.
 */
export class TwilioTransfer implements Pager {
  readonly #options: TwilioTransferOptions
  readonly #phones: ReadonlyMap<string, string>

  constructor(options: TwilioTransferOptions) {
    this.#options = options
    this.#phones = new Map([...options.phones].map(([owner, phone]) => [named(owner), phone]))
  }

  wayTo(call: Pick<PageCall, 'owners' | 'conversationId'>): Reached {
    if (this.#plan(call) !== undefined) return 'transferred'
    return this.#options.otherwise?.wayTo(call) ?? 'paged'
  }

  async page(call: PageCall, signal: AbortSignal): Promise<Reached> {
    const { otherwise, log } = this.#options
    const plan = this.#plan(call)
    if (plan === undefined) {
      if (otherwise === undefined) throw new NobodyToTransferError()
      return await otherwise.page(call, signal)
    }
    try {
      await this.#putThrough(plan.live, plan.numbers, signal)
      return 'transferred'
    } catch (error) {
      signal.throwIfAborted()
      if (otherwise === undefined) throw error
      log.warn({ err: error }, 'a call was not transferred, so its owners are paged')
      return await otherwise.page(call, signal)
    }
  }

  #plan({ owners, conversationId }: Pick<PageCall, 'owners' | 'conversationId'>) {
    const live = this.#options.calls.of(conversationId)
    const numbers = [...new Set(owners.flatMap((owner) => this.#phones.get(named(owner)) ?? []))]
    return live === undefined || numbers.length === 0 ? undefined : { live, numbers }
  }

  async #putThrough({ accountSid, callSid }: LiveCall, numbers: readonly string[], signal: AbortSignal): Promise<void> {
    const { authToken, apiUrl = twilio, returnUrl, timeoutMs = 10_000 } = this.#options
    const path = `2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Calls/${encodeURIComponent(callSid)}.json`
    let status: number
    try {
      const response = await fetch(`${apiUrl.replace(/\/$/, '')}/${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
        body: new URLSearchParams({ Twiml: dialling(numbers, returnUrl) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      await response.body?.cancel()
      status = response.status
    } catch (error) {
      signal.throwIfAborted()
      throw new TransferFailedError('Twilio can not be reached', error)
    }
    // 404 and 400 where the call has ended meanwhile, 401 where the token is wrong.
    if (status >= 300) throw new TransferFailedError(`Twilio answered ${status}`)
  }
}

/** TwiML (twilio.com/docs/voice/twiml/dial). */
function dialling(numbers: readonly string[], returnUrl: string | undefined): string {
  const dialled = numbers.map((number) => `<Number>${escaped(number)}</Number>`).join('')
  const back = returnUrl === undefined ? '' : `<Redirect method="POST">${escaped(returnUrl)}</Redirect>`
  return `<Response><Dial answerOnBridge="true" timeout="${ringS}">${dialled}</Dial>${back}</Response>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function named(owner: string): string {
  return owner.normalize('NFKC').trim().toLowerCase()
}
