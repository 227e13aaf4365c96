import { basename } from 'node:path'
import { SherpaFailure, SherpaModel } from '#providers/sherpa/sherpa-model.ts'
import { SpeechToTextError, type SpeechToTextProvider } from '../errors.ts'
import { hearRecordings, type Transcription } from '../recorded/hear-recordings.ts'
import type { HearingOptions, SpeechToText } from '../speech-to-text.ts'

const provider: SpeechToTextProvider = {
  name: 'sherpa-onnx',
  keySetting: 'its model folder in nightdesk.yaml',
  addressSetting: 'its model folder in nightdesk.yaml',
}

/**
 * Recognition on this machine by a model of the user's, in a process of its own. It works without a network and costs nothing.
 * @param modulePath Of sherpa-onnx; absent: the package.
 */
export function sherpaSpeechToText({
  folder,
  modulePath,
}: {
  folder: string
  modulePath?: string | undefined
}): SpeechToText {
  const model = new SherpaModel({ task: 'hear', folder, modulePath })
  return {
    id: `sherpa-onnx/${basename(folder)}`,
    hear: (audio, options, signal) =>
      hearRecordings((...recording) => transcribed(model, ...recording), audio, options, signal),
  }
}

async function* transcribed(
  model: SherpaModel,
  samples: Int16Array,
  { sampleRate }: HearingOptions,
  signal: AbortSignal,
): AsyncGenerator<Transcription> {
  try {
    const loudness = Float32Array.from(samples, (sample) => sample / 32_768)
    const answer = await model.ask({ kind: 'hear', samples: loudness, sampleRate }, signal)
    yield { text: answer.kind === 'heard' ? answer.text : '', words: [] }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof SherpaFailure)) throw error
    throw new SpeechToTextError(error.fatal ? 'rejected' : 'broken-off', provider, error)
  }
}
