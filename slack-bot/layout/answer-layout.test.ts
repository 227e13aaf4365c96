import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Citation } from '#knowledge/answer.ts'
import { fakeDocument } from '#knowledge/passage.fake.ts'
import { faultOfBlocks, wordsIn } from '../block-kit.fake.ts'
import { answerMessages } from './answer-layout.ts'
import { richText } from './rich-text.ts'

const now = new Date('2026-06-01T00:00:00Z')

function citation(n: number, given: Partial<Citation['document']> = {}): Citation {
  const document = fakeDocument({ id: `d${n}`, ...given })
  const editedAt = new Date('2023-01-01T00:00:00Z')
  const freshness = {
    state: 'stale' as const,
    editedAt,
    documentEditedAt: editedAt,
    reasons: [],
    brokenReferences: [],
    contradictedBy: [],
  }
  return { n, quote: 'q', passageId: `d${n}#0`, heading: ['Steps'], document, freshness }
}

function laidOut(answer: string, citations: readonly Citation[] = [citation(1)], warnings: string[] = []) {
  const said = warnings.map((message) => ({ code: 'destructive_command' as const, message }))
  return answerMessages({
    answer: { answer, abstained: false, citations, warnings: said, lang: 'en', traceId: 't'.repeat(32) },
    now,
    owners: ['@ann', 'x'.repeat(500)],
  })
}

const line = fc.oneof(
  fc.string({ maxLength: 80, unit: 'grapheme' }),
  fc.constantFrom(
    '- item',
    '  - inner',
    '1. first',
    '2. second',
    '# Heading',
    '> quote',
    '| a | b |',
    '```sh',
    '```',
    '',
    '**bold** `code` [1] <!channel> https://x.example/a',
  ),
  fc.constantFrom('長い文章。'.repeat(1500), 'x'.repeat(9000), '- '.repeat(200), '`'.repeat(50)),
)

describe('an answer in Slack', () => {
  it('stays within the limits, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 120 }),
        fc.array(line, { maxLength: 9 }),
        fc.integer({ min: 0, max: 30 }),
        (lines, warnings, sources) => {
          const title = lines[0]?.slice(0, 3000) ?? ''
          const cited = Array.from({ length: sources }, (_, n) => citation(n + 1, { title, owners: [title] }))
          for (const { text, blocks } of laidOut(lines.join('\n'), cited, warnings)) {
            expect(faultOfBlocks(blocks, 'message')).toBeUndefined()
            expect(text.length).toBeLessThan(40_000)
            expect(text.length + blocks.length).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('loses no line of a long runbook, and numbers its messages', () => {
    const steps = Array.from(
      { length: 400 },
      (_, n) => `${n + 1}. Step number ${n + 1} of the very long runbook for everything`,
    )
    const messages = laidOut(steps.join('\n'))
    const words = messages.map(({ blocks }) => wordsIn(blocks)).join('\n')
    expect(messages.length).toBeGreaterThan(1)
    for (let n = 1; n <= 400; n++) expect(words).toContain(`Step number ${n} of`)
    expect(words).toContain(`(1/${messages.length})`)
  })

  it('copies code letter for letter, in a list too', () => {
    const code = 'kubectl get po -A | grep -v "Running" && echo "<!channel> *not* bold" > /tmp/x'
    const parts = richText(`1. Look:\n\n   \`\`\`sh\n   ${code}\n   \`\`\`\n\n2. Then wait.`)
    expect(parts).toMatchObject([
      { type: 'rich_text_list', style: 'ordered' },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: code }] },
      { type: 'rich_text_list', style: 'ordered', offset: 1 },
    ])
  })

  it('takes nothing in a document for a mention, a link of Slack or an order to notify', () => {
    const [message] = laidOut('Ask <!channel>, <@U1> & <http://evil.example|docs> in <#C1>.', [
      citation(1, { title: '<!here> *x*', url: 'javascript:alert(1)' }),
    ])
    expect(message?.text).not.toMatch(/<[!@#h]/)
    const texts = JSON.stringify(message?.blocks)
    expect(texts).not.toContain('javascript:')
    expect(texts).not.toMatch(/"type":"(?:user|broadcast|channel|usergroup)"/)
    expect(texts).not.toContain('"mrkdwn"')
  })

  it('leads from [1] to its source', () => {
    const [message] = laidOut('Do it [1], not [7].')
    expect(JSON.stringify(message?.blocks)).toContain('{"type":"link","url":"https://wiki.example/d1","text":"[1]"}')
    expect(wordsIn(message?.blocks)).toContain('[7]')
  })
})
