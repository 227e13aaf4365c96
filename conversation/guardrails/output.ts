import type { Answer, Citation } from '#knowledge/answer.ts'
import { maskSecrets } from '#knowledge/secrets.ts'
import { checkAnswer } from '#retrieval/answering.ts'
import type { Verdict } from '../events.ts'
import { bareCommandFaults } from './bare-commands.ts'
import { disguisedFaults, withoutInvisible } from './disguised.ts'
import { measureFaults } from './measures.ts'
import { namedThingFaults } from './named-things.ts'

/** What words of ours may rest on. */
export interface Grounds {
  /** At least the texts of the cited passages. */
  passages: readonly { id: string; text: string }[]
  /** What may be named where nothing is cited: the question itself, and documents that came near. */
  named: string
  /** Sentences of our own, such as the count of a step: not held against anything. */
  ours?: readonly string[] | undefined
}

export type CheckedText =
  | { kind: 'kept'; text: string; verdicts: readonly Verdict[] }
  | { kind: 'dropped'; verdict: Verdict }

/**
 * Holds a piece of an answer against what every answer promises, before anybody sees it: each command, flag, path, URL
 * and number stands in a passage cited so far, each quote in its passage, and no secret is shown.
 */
export function checkText(text: string, citations: readonly Citation[], grounds: Grounds): CheckedText {
  const { text: masked, count } = maskSecrets(withoutInvisible(text))
  const theirs = withoutOurs(masked, grounds)
  const faults = citations.length === 0 ? namedFaults(theirs, grounds) : citedFaults(theirs, citations, grounds)
  const [fault] = faults
  if (fault !== undefined) {
    return { kind: 'dropped', verdict: { stage: 'output', guardrail: 'grounding', outcome: 'blocked', reason: fault } }
  }
  const verdicts: Verdict[] =
    count === 0
      ? []
      : [{ stage: 'output', guardrail: 'secrets', outcome: 'changed', reason: `${count} secrets were masked` }]
  return { kind: 'kept', text: masked, verdicts }
}

function withoutOurs(text: string, { ours = [] }: Grounds): string {
  return ours.reduce((rest, sentence) => (sentence === '' ? rest : rest.replaceAll(sentence, ' ')), text)
}

/** What is cited but not referred to yet comes with a later piece. */
const complete = /is cited nowhere|^Nothing is cited/

function citedFaults(text: string, citations: readonly Citation[], { passages }: Grounds): string[] {
  const answer: Pick<Answer, 'answer' | 'spoken' | 'abstained' | 'citations'> = {
    answer: text,
    spoken: '',
    abstained: false,
    citations,
  }
  const cited = new Set(citations.map(({ passageId }) => passageId))
  const texts = passages.flatMap((passage) => (cited.has(passage.id) ? passage.text : []))
  const documents = citations.flatMap(({ document, heading }) => [
    [document.title, document.path, document.url, ...document.owners, ...heading].join('\n'),
  ])
  const held = [...texts, ...documents]
  const made = [
    ...bareCommandFaults(text, texts),
    ...disguisedFaults(text, held),
    ...measureFaults(text, held),
    ...namedThingFaults(text, held),
  ].map((each) => `"${each}" stands in no cited passage.`)
  const known = passages.map(asSeen)
  return [...made, ...checkAnswer(answer, known).filter((fault) => !complete.test(fault))]
}

/** What is shown is without signs that nobody sees; it must still match. */
function asSeen({ id, text }: { id: string; text: string }): { id: string; text: string } {
  const seen = withoutInvisible(text)
  return seen === text ? { id, text } : { id, text: `${text}\n${seen}` }
}

/** An answer that cites nothing says what it looked for and who may know; it may use no other names. */
function namedFaults(text: string, { named }: Grounds): string[] {
  const known = new Set(valuesIn(named))
  const all = named.normalize('NFKC').toLowerCase()
  const bare = bareCommandFaults(text, [named]).map((command) => `"${command}" stands in no name.`)
  const values = valuesIn(text).flatMap((value) =>
    known.has(value) || all.includes(value) ? [] : [`"${value}" stands neither in the question nor in a name.`],
  )
  return [...values, ...bare]
}

/** Code, URLs, paths, flags and numbers: what somebody could act on. */
function valuesIn(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase()
  const found = plain.match(
    /`[^`\n]+`|https?:\/\/[^\s)>\]]+|(?<![\w-])--?[a-z][\w-]+|(?<![\w.])\/[\w./-]{2,}|\d+(?:[.,]\d+)*/g,
  )
  return (found ?? []).map((value) => value.replace(/^`|`$/g, '').replace(/[.,;:]$/, ''))
}
