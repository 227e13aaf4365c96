import cliProgress from 'cli-progress'
import { findLocalModel, pulledModels, shippedModelName } from '#providers/embedder/local-model.ts'
import { type PullProgress, pullModel } from '#providers/embedder/model-pull.ts'
import { modelsDirOf } from '../compose/embedder.ts'
import type { Invocation } from '../invocation.ts'
import { type Output, writeJson, writeLine } from '../output.ts'

interface ListedModel {
  name: string
  state: 'shipped' | 'ready' | 'incomplete'
  /** What EMBEDDING_MODEL says when this one is in use. */
  setting: string
  inUse: boolean
}

/** What `local:NAME` may name on this machine. */
export async function listModelsCommand({ config, output }: Invocation): Promise<void> {
  const modelsDir = modelsDirOf(config)
  const inUse = config.env.EMBEDDING_MODEL ?? `local:${shippedModelName}`
  const listed = (name: string, state: ListedModel['state']): ListedModel => {
    const setting = `local:${name}`
    return { name, state, setting, inUse: setting === inUse }
  }
  const models = [listed(shippedModelName, 'shipped')]
  for (const name of await pulledModels(modelsDir)) {
    const { kind } = await findLocalModel(name, { modelsDir, workingDir: config.settingsDir })
    models.push(listed(name, kind === 'incomplete' ? 'incomplete' : 'ready'))
  }
  if (output.json) {
    writeJson(output, { models: models.map(({ inUse: in_use, ...rest }) => ({ ...rest, in_use })) })
    return
  }
  for (const { name, state, setting, inUse } of models) {
    const how =
      state === 'incomplete' ? `get the rest with \`nightdesk models pull ${name}\`` : `EMBEDDING_MODEL=${setting}`
    writeLine(output, `${inUse ? '*' : ' '} ${name} (${state}): ${how}`)
  }
}

/** The only place where a model is downloaded. */
export async function pullModelCommand({ config, output, signal }: Invocation, name: string): Promise<void> {
  const { HF_ENDPOINT: endpoint, HF_TOKEN: token } = config.env
  const progress = progressOf(output, name)
  try {
    const modelsDir = modelsDirOf(config)
    const pulled = await pullModel({ name, modelsDir, endpoint, token, onProgress: progress.update }, signal)
    progress.stop()
    if (output.json) writeJson(output, { name, setting: `local:${name}`, ...pulled })
    else
      writeLine(output, `${name} is ready (${megabytes(pulled.bytes)} MB). Use it with EMBEDDING_MODEL=local:${name}`)
  } finally {
    progress.stop()
  }
}

function progressOf({ live, err }: Output, name: string) {
  if (!live) {
    let last = ''
    return {
      update: ({ file, totalBytes }: PullProgress) => {
        if (file !== last) err.write(`${name}: ${file} of ${megabytes(totalBytes)} MB in all\n`)
        last = file
      },
      stop: () => {},
    }
  }
  const format = `${name} {bar} {done}/{all} MB {file}, {eta_formatted} left`
  const bar = new cliProgress.SingleBar({ format, hideCursor: true, stream: process.stderr, clearOnComplete: true })
  bar.start(1, 0, { file: '', done: 0, all: 0 })
  return {
    update: ({ file, doneBytes, totalBytes }: PullProgress) => {
      bar.setTotal(Math.max(1, totalBytes))
      bar.update(doneBytes, { file, done: megabytes(doneBytes), all: megabytes(totalBytes) })
    },
    stop: () => bar.stop(),
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
