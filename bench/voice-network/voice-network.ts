import type { VoiceNetworkBench, VoiceNetworkFindings } from './measuring.ts'
import { measureVoiceNetwork } from './measuring.ts'
import { openRelay } from './relay.ts'
import { measureWithinNamespace, namespacesMissing } from './within-namespace.ts'

/**
 * Whole conversations over each transport: in network namespaces where this machine lets us make any, else through
 * a relay.
 */
export async function benchVoiceNetwork(bench: VoiceNetworkBench, signal: AbortSignal): Promise<VoiceNetworkFindings> {
  const missing = await namespacesMissing(signal)
  if (missing === undefined) return await measureWithinNamespace(bench, signal)
  bench.progress(`${missing} A relay stands in for the line.`)
  await using network = openRelay()
  return await measureVoiceNetwork(network, bench, signal)
}
