import type { z } from 'zod'

/** What is wrong with an event of the client's, in words for whoever wrote the client. */
export interface Fault {
  /** Stable. */
  code: string
  message: string
  /** The field at fault, as `session.audio.input.format`. */
  param: string | null
}

/** A client asked for something that can't be done; the session goes on. */
export class ClientFault extends Error {
  override readonly name = 'ClientFault'
  readonly fault: Fault
  constructor(code: string, message: string, param: string | null = null) {
    super(`${code}: ${message}`)
    this.fault = { code, message, param }
  }
}

const codes: Readonly<Record<string, string>> = {
  unrecognized_keys: 'unknown_parameter',
  invalid_type: 'invalid_type',
}

/** The first fault that a schema found. */
export function faultOf(error: z.core.$ZodError): Fault {
  const issue = deepest(error.issues[0])
  if (issue === undefined) return { code: 'invalid_value', message: 'The event is not understood.', param: null }
  const path = paramOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    const param = paramOf([...issue.path, issue.keys[0] ?? ''])
    return { code: 'unknown_parameter', message: `Unknown parameter: '${param}'. Leave it out.`, param }
  }
  // zod tells what it got only in words.
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  const code = isMissing ? 'missing_required_parameter' : (codes[issue.code] ?? 'invalid_value')
  const what = path === '' ? 'the event' : `'${path}'`
  return { code, message: `Correct ${what}: ${issue.message}.`, param: path === '' ? null : path }
}

/** Where one of several shapes would do, the one that came furthest says most. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue
  const found = issue.errors
    .flatMap((issues) => issues.slice(0, 1))
    .toSorted((one, other) => other.path.length - one.path.length)[0]
  if (found === undefined || found.path.length === 0) return issue
  return { ...found, path: [...issue.path, ...found.path] }
}

function paramOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((before, key) => {
    if (typeof key === 'number') return `${before}[${key}]`
    return before === '' ? String(key) : `${before}.${String(key)}`
  }, '')
}
