import { sentenceSpans } from '../sentences.ts'

/** A piece of a reply that is checked and shown as one: a sentence, a list item, or code with the line before it. */
export interface Statement {
  text: string
  /** What stands between it and the one before. */
  joint: '' | ' ' | '\n' | '\n\n'
}

const fenceLine = /^\s*(`{3,}|~{3,})/
const itemLine = /^\s*(?:[-*+]|\d{1,3}[.)])\s+\S/
const marksOnly = /^\s*(?:\[\d{1,3}(?:\s*,\s*\d{1,3})*\]\s*)+\.?\s*$/
/** Ends in a colon, its citations aside: what follows belongs to it. */
const introduces = /[:：]\**\s*(?:\[\d{1,3}(?:\s*,\s*\d{1,3})*\]\s*)*$/

/** Another writes on after the last statement that was cut: what was unfinished then is void. */
export const resumed = Symbol('resumed')

/** Cuts a reply into statements while it is being written; one that hasn't ended yet when the reply does comes last. */
export async function* statements(pieces: AsyncIterable<string | typeof resumed>): AsyncGenerator<Statement> {
  let cutter = new StatementCutter()
  for await (const piece of pieces) {
    if (piece === resumed) cutter = new StatementCutter('\n')
    else yield* cutter.add(piece)
  }
  yield* cutter.end()
}

class StatementCutter {
  #line = ''
  #fence: { mark: string; lines: string[] } | undefined
  #pending: Statement | undefined
  #joint: Statement['joint']
  /** Part of the line that is being written was passed on already. */
  #midLine = false

  constructor(joint: Statement['joint'] = '') {
    this.#joint = joint
  }

  *add(piece: string): Generator<Statement> {
    const lines = (this.#line + piece).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) yield* this.#whole(line)
    if (this.#fence === undefined && !fenceLine.test(this.#line) && !/^\s*[`~]/.test(this.#line))
      yield* this.#finished()
  }

  *end(): Generator<Statement> {
    if (this.#line !== '') yield* this.#whole(this.#line)
    if (this.#fence !== undefined) this.#code(this.#fence.lines)
    if (this.#pending !== undefined) yield this.#pending
  }

  *#whole(line: string): Generator<Statement> {
    const mark = fenceLine.exec(line)?.[1]
    if (this.#fence !== undefined) {
      this.#fence.lines.push(line)
      if (mark?.startsWith(this.#fence.mark) === true && line.trim() === mark) this.#code(this.#fence.lines)
      return
    }
    if (mark !== undefined) {
      this.#fence = { mark, lines: [line] }
      return
    }
    if (line.trim() === '') {
      this.#joint = this.#joint === '' ? '' : '\n\n'
      this.#midLine = false
      return
    }
    for (const text of cut(line)) yield* this.#say(text)
    this.#midLine = false
    if (this.#joint !== '') this.#joint = '\n'
  }

  /** Sentences of the line being written that have surely ended, since another has begun. */
  *#finished(): Generator<Statement> {
    const texts = cut(this.#line)
    const last = texts.pop()
    if (last === undefined || texts.length === 0) return
    // Its citation is perhaps just being written.
    if (/^\[[\d,\s[\]]*$/.test(last)) return
    for (const text of texts) yield* this.#say(text)
    this.#line = last + this.#line.slice(this.#line.trimEnd().length)
  }

  #code(lines: readonly string[]): void {
    this.#fence = undefined
    const text = lines.join('\n')
    const intro = this.#pending
    // It may yet be followed by a line with its citations.
    this.#pending =
      intro === undefined ? { text, joint: this.#joint } : { text: `${intro.text}\n\n${text}`, joint: intro.joint }
    this.#joint = '\n\n'
    this.#midLine = false
  }

  *#say(text: string): Generator<Statement> {
    const pending = this.#pending
    if (pending !== undefined && marksOnly.test(text)) {
      this.#pending = { ...pending, text: `${pending.text}\n${text.trim()}` }
      return
    }
    if (pending !== undefined) yield pending
    const statement: Statement = { text, joint: this.#midLine ? ' ' : this.#joint }
    this.#midLine = true
    this.#joint = '\n'
    this.#pending = undefined
    if (introduces.test(text) || itemLine.test(text)) this.#pending = statement
    else yield statement
  }
}

/** Sentences with the citations that follow them. */
function cut(line: string): string[] {
  const marker = /^\s*(?:[-*+]|\d{1,3}[.)])\s+/.exec(line)?.[0] ?? ''
  // A list item is one statement, however many sentences it has: its citations may stand at its end.
  if (marker !== '') return [line.trimEnd()]
  const texts: string[] = []
  for (const { from, to } of sentenceSpans(line)) {
    const text = line.slice(from, to)
    const leading = /^(?:\[\d{1,3}(?:\s*,\s*\d{1,3})*\]\s*)+/.exec(text)?.[0]
    const last = texts.at(-1)
    if (leading !== undefined && last !== undefined) {
      texts[texts.length - 1] = `${last} ${leading.trim()}`
      if (text.length > leading.length) texts.push(text.slice(leading.length))
    } else texts.push(text)
  }
  return texts
}
