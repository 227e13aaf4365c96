import { maskSecrets } from '#knowledge/secrets.ts'
import { withoutOrders } from '#retrieval/answering.ts'
import type { Verdict } from '../events.ts'

/** What somebody said, safe to keep and to hand to providers. */
export interface GuardedInput {
  /** Secrets masked. */
  text: string
  /** Without orders to us too; '' when nothing else was said. */
  meant: string
  verdicts: readonly Verdict[]
}

const insults =
  /\b(?:fuck(?:ing)? (?:you|off)|(?:stupid|useless|dumb|idiotic) (?:bot|machine|thing|assistant|piece)|you(?:'re| are) (?:an? )?(?:idiot|moron|useless|worthless)|shut (?:the fuck )?up|kill yourself)\b|(?:死ね|くたばれ|(?:この)?(?:役立たず|クソ(?:ボット|AI)?)(?:め|が)|黙れ)/i

/** Looks at what comes in before anything else does: secrets are masked, orders to us and insults are noted. */
export function guardInput(text: string): GuardedInput {
  const masked = maskSecrets(text)
  const cleaned = withoutOrders(masked.text)
  const verdicts: Verdict[] = []
  const add = (guardrail: string, outcome: Verdict['outcome'], reason: string): void => {
    verdicts.push({ stage: 'input', guardrail, outcome, reason })
  }
  if (masked.count > 0) add('secrets', 'changed', `${masked.count} secrets were masked`)
  if (cleaned.ordersIgnored) add('injection', 'changed', 'orders to the assistant were taken out')
  if (insults.test(masked.text.normalize('NFKC'))) add('abuse', 'noted', 'it insults; what is asked is answered calmly')
  return { text: masked.text, meant: cleaned.text, verdicts }
}
