import type { Api } from './api.ts'
import type { RedeemedTicket } from './api-types.ts'

/** The right to talk in one conversation, for whoever came by a link that they were given for it. */
type Call = RedeemedTicket

const key = 'nightdesk.call'
/** A key that ends while the line is being made helps nobody. */
const leastLeftS = 10
const timeoutMs = 15_000

/** Kept in this tab, and ends with it. */
export const storedCall = {
  get(): Call | undefined {
    const stored = sessionStorage.getItem(key)
    if (stored === null) return undefined
    const call: Call = JSON.parse(stored)
    return call.expires_at - leastLeftS > Date.now() / 1000 ? call : undefined
  },
  set: (call: Call): void => sessionStorage.setItem(key, JSON.stringify(call)),
  forget: (): void => sessionStorage.removeItem(key),
}

/** What the address leads to, which stands in it no longer: `?conversation_id=ID`, and `#call=TICKET` where one came by a link. */
export function takenFromAddress(): { conversationId: string | undefined; ticket: string | undefined } {
  const address = new URL(location.href)
  const behind = new URLSearchParams(address.hash.slice(1))
  const conversationId = address.searchParams.get('conversation_id') ?? undefined
  const ticket = behind.get('call') ?? undefined
  address.searchParams.delete('conversation_id')
  if (ticket !== undefined) address.hash = ''
  if (conversationId !== undefined || ticket !== undefined) history.replaceState(null, '', address)
  return { conversationId, ticket }
}

/** Hands the ticket in, which can be done once. @throws {ApiError} When it was handed in before, or is too old. */
export async function redeemed(api: Api, ticket: string): Promise<Call> {
  const call = await api.redeem(ticket, AbortSignal.timeout(timeoutMs))
  storedCall.set(call)
  return call
}
