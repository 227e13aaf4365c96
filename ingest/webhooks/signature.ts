import { createHmac, timingSafeEqual } from 'node:crypto'

/** `sha256=` and the HMAC-SHA256 of the raw body in hex, as GitHub and Notion sign; compared in constant time. */
export function isSigned(body: Uint8Array, secret: string, signature: string | undefined): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(signature ?? '')?.[1]
  if (hex === undefined) return false
  return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), Buffer.from(hex, 'hex'))
}
