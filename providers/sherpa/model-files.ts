import { readdirSync } from 'node:fs'
import { join } from 'node:path'

type ModelConfig = Record<string, unknown>

/**
 * How sherpa-onnx is told of a recognition model, by the names of its files as they are published
 * (k2-fsa.github.io/sherpa/onnx/pretrained_models): transducers, Whisper and SenseVoice.
 * @throws {Error} that names what is missing.
 */
export function recognitionModel(folder: string): ModelConfig {
  const file = filesOf(folder)
  const [tokens, encoder, decoder, joiner] = [
    file(/tokens\.txt$/),
    file(/encoder.*\.onnx$/),
    file(/decoder.*\.onnx$/),
    file(/joiner.*\.onnx$/),
  ]
  if (tokens === undefined) throw new Error(`${folder} holds no *tokens.txt`)
  if (encoder !== undefined && decoder !== undefined && joiner !== undefined)
    return { transducer: { encoder, decoder, joiner }, tokens }
  if (encoder !== undefined && decoder !== undefined)
    return { whisper: { encoder, decoder, language: '', task: 'transcribe' }, tokens }
  const model = file(/model.*\.onnx$/)
  if (model === undefined) throw new Error(`${folder} holds neither *encoder*.onnx and *decoder*.onnx nor model*.onnx`)
  return { senseVoice: { model, language: 'auto', useInverseTextNormalization: 1 }, tokens }
}

/** The same of a voice: VITS and Piper. @throws {Error} that names what is missing. */
export function voiceModel(folder: string): ModelConfig {
  const file = filesOf(folder)
  const [model, tokens] = [file(/\.onnx$/), file(/tokens\.txt$/)]
  if (model === undefined || tokens === undefined) throw new Error(`${folder} holds no *.onnx with a *tokens.txt`)
  return { vits: { model, tokens, lexicon: file(/lexicon\.txt$/) ?? '', dataDir: file(/^espeak-ng-data$/) ?? '' } }
}

/** The smaller files (`.int8.onnx`) where there are both. */
function filesOf(folder: string): (name: RegExp) => string | undefined {
  const names = readdirSync(folder).toSorted(
    (one, other) => Number(other.includes('int8')) - Number(one.includes('int8')),
  )
  return (name) => {
    const found = names.find((each) => name.test(each))
    return found === undefined ? undefined : join(folder, found)
  }
}
