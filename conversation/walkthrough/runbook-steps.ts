import type { Passage } from '#knowledge/passage.ts'
import { destructiveWarnings } from '#retrieval/answering.ts'

/** Somewhere else in the runbook that a step sends to. */
export interface Branch {
  /** Heading of the section. */
  section: string
  /** The sentence that says when to go there, as it stands in the step. */
  when: string
}

/** Words before a step, which may stand in another passage than the step. */
export interface StepIntro {
  quote: string
  passageId: string
}

/** One thing to do, as the runbook has it. */
export interface Step {
  section: string
  passageId: string
  /** Verbatim; stands in its passage. */
  quote: string
  /** Markdown without the list's mark. */
  text: string
  /** What stands before the first step of its section: when it is to be done. Verbatim, may be []. */
  intro: readonly StepIntro[]
  /** What should be seen afterwards, verbatim; '' where the runbook doesn't say. */
  expected: string
  branches: readonly Branch[]
  destructive: boolean
  /** It tries to give orders to an assistant. */
  suspicious: boolean
}

/** A piece of a passage: an item of a list with all that is indented below it, a block of code, or a paragraph. */
interface Block {
  kind: 'ordered' | 'bullet' | 'code' | 'paragraph'
  lines: string[]
}

/**
 * The steps of a runbook in their order: the items of numbered lists, blocks of code with the words before them, and
 * bullets that say to do something. What only explains is no step.
 */
export function stepsOf(passages: readonly Passage[]): Step[] {
  const headings = passages.flatMap(({ heading }) => heading)
  const sections = sectionsOf(passages)
  const steps = sections.map((section) => sectionSteps(section, headings))
  const led = new Set(steps.flat().flatMap(({ branches }) => branches.map(({ section }) => section)))
  // Where a branch leads to plain words, they are what is to be done there.
  return sections.flatMap((section, at) =>
    steps[at]?.length === 0 && led.has(section.name) ? wordsAsSteps(section, headings) : (steps[at] ?? []),
  )
}

interface Section {
  name: string
  parts: { passage: Passage; blocks: Block[] }[]
}

function sectionsOf(passages: readonly Passage[]): Section[] {
  const sections: Section[] = []
  for (const passage of passages) {
    const name = passage.heading.at(-1) ?? ''
    const last = sections.at(-1)
    const part = { passage, blocks: blocksOf(passage.text) }
    if (last?.name === name) last.parts.push(part)
    else sections.push({ name, parts: [part] })
  }
  return sections
}

const orderedItem = /^\s{0,3}(?:\d{1,3}[.)]|[①-⑳]|\d{1,3}．|#\.|\.{1,2})\s+\S/
const bulletItem = /^\s{0,3}[-*+・•]\s+\S/
/** Of Markdown and AsciiDoc. */
const fence = /^\s*(`{3,}|~{3,}|-{4,}$)/

function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  let mark = ''
  let blank = false
  const begin = (kind: Block['kind'], line: string): void => {
    open = { kind, lines: [line] }
    blocks.push(open)
  }
  for (const line of text.split('\n')) {
    const found = fence.exec(line)?.[1] ?? ''
    if (mark !== '') {
      open?.lines.push(line)
      if (found.startsWith(mark)) mark = ''
      continue
    }
    const inItem = open !== undefined && (open.kind === 'ordered' || open.kind === 'bullet')
    if (found !== '') {
      mark = found
      // AsciiDoc binds a block to its item by a line with a plus.
      if (inItem && (/^\s{2,}/.test(line) || open?.lines.at(-1)?.trim() === '+')) open?.lines.push(line)
      else begin('code', line)
    } else if (line.trim() === '') {
      if (open !== undefined) open.lines.push(line)
      blank = true
      continue
    } else if (orderedItem.test(line)) begin('ordered', line)
    else if (bulletItem.test(line)) begin('bullet', line)
    else if (inItem && (!blank || /^\s{2,}/.test(line))) open?.lines.push(line)
    else if (open?.kind === 'paragraph' && !blank) open.lines.push(line)
    else if (/^\s{0,3}(?:#{1,6}\s|\|)/.test(line)) open = undefined
    else begin('paragraph', line)
    blank = false
  }
  return blocks.map(({ kind, lines }) => ({ kind, lines: trimmed(lines) }))
}

function trimmed(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1)
}

const explains =
  /^(?:when to use|symptoms?|signs|overview|(?:alert )?description|(?:common|likely|possible|probable|known) (?:causes?|reasons?)|causes?$|what (?:it|this) means|background|about|summary|meaning|impact|references?|see also|links|related|history|changelog|timeline|root cause|lessons|actions?(?: items)?$|follow-?ups?$|what went|contacts?|owners?|概要|症状|背景|はじめに|この(?:ページ|手順).*(?:使う|とき)|アラートの意味|意味|影響|関連|参考|履歴|経緯|時系列|(?:考えられる|主な|よくある)?原因$|改善策|再発防止|学び|良かった点|連絡先|目的)/i
/** An order, at the beginning or behind a condition; or a command; or the end of a Japanese sentence that says to do something. */
const doing =
  /(?:^|[.:;?]\s+(?:then\s+)?|,\s+(?:then\s+)?)(?:\*\*|\*)?(?:run|check|open|set|stop|start|restart|wait|tell|announce|page|call|switch|move|copy|delete|remove|apply|revert|roll|scale|drain|confirm|verify|make|write|freeze|promote|fail|log in|ssh|use|go|do|don't|never|take|put|ask|note|record|turn|enable|disable|rotate|renew|purge|clear|find|look|watch|increase|decrease|raise|lower|rebuild|declare|acknowledge|silence|see)\b|`[^`\n]+ [^`\n]*[-=/<][^`\n]*`|(?:する|します|ください|行う|行います|確認|実行|開く|待つ|戻す|止める|伝える|切り替える|切り替えます|上げる|下げる|消す|書く|変えます|調べます)(?:。|$|（|\()/i
/** "14:07 the disk failed": what happened, not what to do. */
const timed = /^(?:\*\*)?(?:\d{4}[-/]\d{2}[-/]\d{2}[ T]?)?\d{1,2}[:：]\d{2}\b/

function sectionSteps({ name, parts }: Section, headings: readonly string[]): Step[] {
  if (explains.test(name.trim())) return []
  const blocks = parts.flatMap(({ passage, blocks: each }) => each.map((block) => ({ ...block, passage })))
  const hasOrdered = blocks.some(({ kind }) => kind === 'ordered')
  if (blocks.filter((block) => timed.test(plainItem(block.lines.join('\n')))).length > 1) return []
  const steps: Step[] = []
  let intro: StepIntro[] = []
  for (const [at, block] of blocks.entries()) {
    const text = block.lines.join('\n')
    const before = blocks[at - 1]
    const isStep =
      block.kind === 'ordered' ||
      // Between numbered steps it belongs to the one before it.
      (block.kind === 'code' && (steps.length === 0 || !(hasOrdered || isOutput(before)))) ||
      (!hasOrdered && block.kind === 'bullet' && doing.test(plainItem(text)))
    if (isStep) {
      const led = block.kind === 'code' && before?.kind === 'paragraph' && before.passage === block.passage
      const quote = led ? verbatim([before.lines.join('\n'), text], block.passage.text) : text
      if (led) intro.pop()
      steps.push(stepOf({ quote, intro: steps.length === 0 ? intro : [], section: name, headings }, block.passage))
      intro = []
      continue
    }
    const last = steps.at(-1)
    const leadsOn = blocks[at + 1]?.kind === 'code' && !hasOrdered && !isOutput(block)
    if (last === undefined || leadsOn) intro.push({ quote: text, passageId: block.passage.id })
    else if (last.passageId === block.passage.id)
      steps[steps.length - 1] = withMore(last, text, block.passage, headings)
  }
  return steps
}

/** "The output is similar to this:": what stands behind it is seen, not done. */
function isOutput(block: Block | undefined): boolean {
  const words = block?.kind === 'paragraph' ? block.lines.join(' ').trim() : ''
  return /^(?:(?:the|an?|example|sample|expected|possible|your) )*(?:output|result|response)s?\b[^.]*:?$|^(?:出力(?:例|結果)?|実行結果|結果)(?:は|：|:|$)|(?:次|以下)のような?(?:出力|結果)/i.test(
    words,
  )
}

function wordsAsSteps({ name, parts }: Section, headings: readonly string[]): Step[] {
  return parts.flatMap(({ passage, blocks }) =>
    blocks.map(({ lines }) => stepOf({ quote: lines.join('\n'), intro: [], section: name, headings }, passage)),
  )
}

/** Both, as they stand in the passage with what is between them; only the second where they don't. */
function verbatim([first = '', second = '']: readonly string[], text: string): string {
  const from = text.indexOf(first)
  const to = text.indexOf(second, from)
  return from < 0 || to < 0 ? second : text.slice(from, to + second.length)
}

interface StepTexts {
  quote: string
  intro: readonly StepIntro[]
  section: string
  headings: readonly string[]
}

function stepOf({ quote, intro, section, headings }: StepTexts, passage: Passage): Step {
  const text = plainItem(quote)
  return {
    section,
    passageId: passage.id,
    quote,
    text,
    intro,
    expected: expectedIn(text),
    branches: branchesIn(text, section, headings),
    destructive: destructiveWarnings(text, passage.lang).length > 0,
    suspicious: passage.suspicious,
  }
}

/** A paragraph behind a step says what should be seen, or where to go otherwise: it belongs to the step. */
function withMore(step: Step, text: string, passage: Passage, headings: readonly string[]): Step {
  const quote = verbatim([step.quote, text], passage.text)
  if (quote === text) return step
  const more = stepOf({ quote, intro: step.intro, section: step.section, headings }, passage)
  return { ...more, expected: step.expected === '' ? more.expected : step.expected }
}

/** Without the mark of its list, and without the indent of what is below it. */
function plainItem(text: string): string {
  const [first = '', ...rest] = text.split('\n')
  const mark = /^(\s{0,3}(?:\d{1,3}[.)]|[①-⑳]|\d{1,3}．|#\.|\.{1,2}|[-*+・•])\s+)/.exec(first)?.[1] ?? ''
  const indent = new RegExp(`^\\s{0,${Math.max(2, mark.length)}}`)
  return [first.slice(mark.length), ...rest.map((line) => (mark === '' ? line : line.replace(indent, '')))]
    .filter((line) => mark === '' || line !== '+')
    .map((line) => (/^-{4,}$/.test(line) ? '```' : line))
    .join('\n')
    .trim()
}

const seen =
  /\b(?:you (?:want to|should|will|must) see|you see|expect(?:ed)?|must (?:print|show|say|be|read|return)|should (?:print|show|say|be|read|return|see)|prints?|shows?|returns?|until it (?:says|shows|is)|is `[^`]+` on|is flat)\b|(?:が表示され|と表示され|と出れば|になれば|になって|であること|を確認|が出る|が返る|期待)/i

/** Sentences that say what should be seen. */
function expectedIn(text: string): string {
  const prose = text.replace(/^[ \t]*(`{3,}|~{3,})[\s\S]*?^[ \t]*\1.*$/gm, '')
  return sentencesIn(prose)
    .filter((sentence) => seen.test(sentence))
    .join(' ')
}

function sentencesIn(prose: string): string[] {
  return prose
    .split(/(?<=[.!?])\s+(?=[A-Z`*"'])|(?<=[。！？])|\n{2,}/)
    .map((sentence) => sentence.replace(/\s*\n\s*/g, ' ').trim())
    .filter((sentence) => sentence !== '')
}

/** Links and references to other sections of the same runbook. */
function branchesIn(text: string, section: string, headings: readonly string[]): Branch[] {
  const anchors = new Map(headings.map((heading) => [anchorOf(heading), heading]))
  const found = sentencesIn(text).flatMap((when) =>
    [
      ...[...when.matchAll(/\]\(#([^)\s]+)\)/g)].flatMap(
        ([, anchor = '']) => anchors.get(decoded(anchor).toLowerCase()) ?? [],
      ),
      ...[...when.matchAll(/\b(?:go|jump|skip|continue|see|follow)\b[^.]{0,20}?["“「*]([^"”」*]+)["”」*]/gi)].flatMap(
        ([, name = '']) => headings.find((heading) => heading.toLowerCase() === name.trim().toLowerCase()) ?? [],
      ),
    ].map((to) => ({ section: to, when })),
  )
  return found.filter(
    ({ section: to }, at) => to !== section && found.findIndex((other) => other.section === to) === at,
  )
}

function decoded(anchor: string): string {
  try {
    return decodeURIComponent(anchor)
  } catch {
    return anchor
  }
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}
