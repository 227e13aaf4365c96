import { passageToWire } from '#server/wire.ts'
import { openNightdesk } from '../compose.ts'
import type { Invocation } from '../invocation.ts'
import { ensureLoaded } from '../load.ts'
import { styled, writeJson, writeLine } from '../output.ts'
import { principalNamed } from '../principals.ts'

export interface SearchOptions {
  limit: number
  lang?: 'en' | 'ja'
  principal?: string
}

const shownChars = 160

export async function searchCommand(invocation: Invocation, query: string, options: SearchOptions): Promise<void> {
  const { config, output, signal } = invocation
  const principal = principalNamed(config.settings, options.principal)
  await using nightdesk = await openNightdesk(invocation)
  await ensureLoaded(invocation, nightdesk)
  const found = await nightdesk.search({ text: query, limit: options.limit, lang: options.lang, principal }, signal)
  if (output.json) {
    writeJson(output, {
      results: found.passages.map(passageToWire),
      relevant: found.relevant,
      relevance: found.relevance,
      warnings: found.warnings.map(({ code, message }) => ({ code, message })),
    })
    return
  }
  for (const warning of found.warnings) writeLine(output, styled(output, 'yellow', `! ${warning.message}`))
  if (!found.relevant)
    writeLine(output, styled(output, 'yellow', 'Nothing looks relevant; the nearest passages are:\n'))
  for (const { rank, score, passage, document, freshness } of found.passages) {
    const place = [document.title, ...passage.heading].filter((name, at, all) => all.indexOf(name) === at).join(' › ')
    writeLine(output, `${styled(output, 'cyan', `${rank}.`)} ${styled(output, 'bold', place)}  ${score.toFixed(2)}`)
    writeLine(output, `   ${passage.text.replace(/\s+/g, ' ').slice(0, shownChars)}`)
    writeLine(
      output,
      styled(
        output,
        'dim',
        `   ${document.path}:${passage.fromLine} · ${freshness.state}, edited ${freshness.editedAt.toISOString().slice(0, 10)}`,
      ),
    )
  }
}
