import type { Nightdesk } from './compose.ts'
import type { Invocation } from './invocation.ts'
import { expectAny, syncSources } from './sync-sources.ts'

/** A command that asks before anything was loaded loads what is configured first, or the samples, and says so. */
export async function ensureLoaded(invocation: Invocation, nightdesk: Nightdesk): Promise<void> {
  const { documents } = await nightdesk.store.documents.counts(invocation.signal)
  if (documents > 0) return
  const { sources, samples } = await nightdesk.sources([], invocation.signal)
  invocation.output.err.write(
    samples
      ? 'Nothing is loaded and no source is configured, so this answers from the shipped sample wiki.\n'
      : 'Nothing is loaded yet, so the configured sources are synced first.\n',
  )
  expectAny(await syncSources(invocation, nightdesk, sources, {}))
}
