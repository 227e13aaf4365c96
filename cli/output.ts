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
  output.out.write(`${JSON.stringify(document, null, 2)}\n`)
}

export function writeLine(output: Output, line = ''): void {
  output.out.write(`${line}\n`)
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

export function styled(output: Output, style: Style, text: string): string {
  return output.colour ? `\u001b[${codes[style]}m${text}\u001b[0m` : text
}
