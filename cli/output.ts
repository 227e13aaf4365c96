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

/** Text without the characters that move a terminal's cursor, recolour it or retitle its window. */
function withoutControls(text: string): string {
  return text.replace(/(?![\t\n])\p{Cc}/gu, '')
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Stands for an escape sequence of our own until the line is written; no document can know it. */
const styleMark = `<${randomBytes(16).toString('hex')}>`

const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

export function styled(output: Output, style: Style, text: string): string {
  return output.colour ? `${styleMark}${codes[style]}m${text}${styleMark}0m` : text
}
