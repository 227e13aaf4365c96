import { randomBytes } from 'node:crypto'
import type { Writable } from 'node:stream'

/** Where a command writes: results to `out`, progress and everything else to `err`. */
export interface Output {
  out: Writable
  err: Writable
  /** One JSON document instead of people's output. */
  json: boolean
  /** `out` is a terminal that understands colours. */
  colour: boolean
  /** `err` is a terminal: a progress bar moves there; else plain lines. */
  live: boolean
}

export interface GlobalOptions {
  json?: boolean
  dataDir?: string
  config?: string
}

export function processOutput(options: GlobalOptions): Output {
  const plain = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== ''
  return {
    out: process.stdout,
    err: process.stderr,
    json: options.json === true,
    colour: process.stdout.isTTY === true && !plain,
    live: process.stderr.isTTY === true,
  }
}

export function writeJson(output: Output, document: unknown): void {
  const json = JSON.stringify(document, null, 2)
  output.out.write(`${json.replace(/(?!\n)\p{Cc}/gu, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)}\n`)
}

/** Nothing of what the line quotes reaches the terminal as an order to it. */
export function writeLine(output: Output, line = ''): void {
  output.out.write(`${withoutControls(line).replaceAll(styleMark, '\u001b[')}\n`)
}

/** The same beside the output proper: what is noticed on the way, on stderr. */
export function writeNotice(output: Pick<Output, 'err'>, line: string): void {
  output.err.write(`${withoutControls(line)}\n`)
}

/** Marks that turn the direction of what follows, so that a command would read otherwise than it is copied. */
const turns = /[\u202a-\u202e\u2066-\u2069]/g

/** Text without the characters that move a terminal's cursor, recolour it, retitle its window or turn the text around. */
function withoutControls(text: string): string {
  return text.replace(/(?![\t\n])\p{Cc}/gu, '').replace(turns, '')
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Stands for an escape sequence of our own until the line is written; no document can know it. */
const styleMark = `<${randomBytes(16).toString('hex')}>`

const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

export function styled(output: Output, style: Style, text: string): string {
  return output.colour ? `${styleMark}${codes[style]}m${text}${styleMark}0m` : text
}
