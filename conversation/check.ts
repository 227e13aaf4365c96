import type { Answer, Citation } from '#knowledge/answer.ts'
import type { Verdict } from './events.ts'
import { checkText, type Grounds } from './guardrails/output.ts'
import type { ReplyPiece } from './scene.ts'
import { said } from './words.ts'

export type CheckedPiece = ReplyPiece | { kind: 'verdict'; verdict: Verdict }

/**
 * The last look at an answer before it is shown or said. What breaks a promise is left out, and the answer that is
 * handed on in the end is made of what was let through.
 * @param grounds Asked again for each piece: passages are read while the answer is made.
 */
export async function* checked(
  pieces: AsyncIterable<ReplyPiece>,
  grounds: () => Grounds,
): AsyncGenerator<CheckedPiece> {
  const citations: Citation[] = []
  let shown = ''
  let dropped = false
  for await (const event of pieces) {
    if (event.kind === 'citation') citations.push(event.citation)
    if (event.kind === 'delta') {
      const held = grounds()
      const outcome = checkText(event.text, citations, held)
      if (outcome.kind === 'dropped') {
        dropped = true
        yield { kind: 'verdict', verdict: outcome.verdict }
        continue
      }
      for (const verdict of outcome.verdicts) yield { kind: 'verdict', verdict }
      const text = shown === '' ? outcome.text.replace(/^\s+/, '') : outcome.text
      shown += text
      yield { kind: 'delta', text, ...spokenChecked(event.spoken, citations, held) }
    } else if (event.kind === 'done') {
      if (dropped && shown === '') yield { kind: 'delta', text: said('unsupported', event.answer.lang) }
      yield {
        kind: 'done',
        answer: dropped
          ? withoutDropped(event.answer, shown, grounds())
          : checkedSpoken(event.answer, shown, grounds()),
      }
    } else yield event
  }
}

/** What is said of a piece; what breaks a promise stays unsaid, and the spoken form of the whole is said instead. */
function spokenChecked(
  spoken: string | undefined,
  citations: readonly Citation[],
  grounds: Grounds,
): { spoken?: string } {
  if (spoken === undefined) return {}
  const outcome = checkText(spoken, citations, grounds)
  return { spoken: outcome.kind === 'kept' ? outcome.text : '' }
}

/** The spoken form may say no more than the written one. */
function checkedSpoken(answer: Answer, shown: string, grounds: Grounds): Answer {
  const spoken = checkText(answer.spoken, answer.citations, grounds)
  return {
    ...answer,
    answer: shown === '' ? answer.answer : shown,
    spoken: spoken.kind === 'kept' ? spoken.text : said('unsupported', answer.lang),
  }
}

/** What was to be said, where what was let through bears it. */
function spokenOfRest({ spoken, lang, citations }: Answer, grounds: Grounds): string {
  const outcome = checkText(spoken, citations, grounds)
  return outcome.kind === 'kept' ? outcome.text : said('partly', lang)
}

function withoutDropped(answer: Answer, shown: string, grounds: Grounds): Answer {
  const { lang } = answer
  const citations = answer.citations.filter(({ n }) => shown.includes(`[${n}]`))
  const nothing = shown === ''
  return {
    ...answer,
    answer: nothing ? said('unsupported', lang) : shown,
    spoken: nothing ? said('unsupported', lang) : spokenOfRest({ ...answer, citations }, grounds),
    abstained: answer.abstained || nothing,
    citations,
    warnings: [...answer.warnings, { code: 'unsupported_dropped', message: said('dropped', lang) }],
  }
}
