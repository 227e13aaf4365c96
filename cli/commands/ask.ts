import type { Answer, Citation } from '#knowledge/answer.ts'
import { answerToWire } from '#server/wire.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { ensureLoaded } from '../load.ts'
import { type Output, styled, writeJson, writeLine } from '../output.ts'
import { principalNamed } from '../principals.ts'

export interface AskOptions {
  lang?: 'en' | 'ja'
  principal?: string
}

export async function askCommand(invocation: Invocation, question: string, options: AskOptions): Promise<void> {
  const { config, output, signal } = invocation
  const principal = principalNamed(config.settings, options.principal)
  await using nightdesk = await openNightdesk(invocation)
  await ensureLoaded(invocation, nightdesk)
  for await (const event of nightdesk.ask({ text: question, lang: options.lang, mode: 'text', principal }, signal)) {
    if (event.kind !== 'done') continue
    if (output.json) writeJson(output, answerToWire(event.answer))
    else writeAnswer(output, event.answer)
  }
}

function writeAnswer(output: Output, answer: Answer): void {
  for (const warning of answer.warnings) writeLine(output, styled(output, 'yellow', `! ${warning.message}`))
  if (answer.warnings.length > 0) writeLine(output)
  writeLine(output, answer.answer)
  if (answer.citations.length > 0) writeLine(output)
  for (const citation of answer.citations) writeCitation(output, citation)
  writeLine(
    output,
    styled(
      output,
      'dim',
      `\n${answer.provider} · confidence ${answer.confidence.toFixed(2)} · ${Math.round(answer.timingsMs.total ?? 0)} ms · trace ${answer.traceId}`,
    ),
  )
}

function writeCitation(output: Output, { n, document, heading, freshness }: Citation): void {
  const place = [document.title, ...heading].filter((name, at, all) => all.indexOf(name) === at).join(' › ')
  const owners = document.owners.length > 0 ? ` · ${document.owners.join(', ')}` : ''
  writeLine(output, `${styled(output, 'cyan', `[${n}]`)} ${place}`)
  writeLine(
    output,
    styled(
      output,
      'dim',
      `    ${freshness.state}, edited ${freshness.editedAt.toISOString().slice(0, 10)}${owners} · ${document.url}`,
    ),
  )
}
