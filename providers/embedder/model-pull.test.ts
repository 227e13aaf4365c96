import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FakeHubOptions, fakeHub } from './hub.fake.ts'
import { findLocalModel, isModelName, pulledModels } from './local-model.ts'
import { type PullProgress, pullModel } from './model-pull.ts'
import { tinyModelFiles } from './transformers/tiny-model.fake.ts'

const ongoing = new AbortController().signal
const name = 'acme/tiny'
const files = new Map([
  ...tinyModelFiles(),
  ['README.md', Buffer.from('read me')],
  ['model.safetensors', Buffer.alloc(9)],
])

async function pulling(options: Partial<FakeHubOptions> = {}) {
  const modelsDir = await mkdtemp(join(tmpdir(), 'nightdesk-models-'))
  const hub = await fakeHub({ name, files, ...options })
  const pull = (onProgress?: (progress: PullProgress) => void) =>
    pullModel({ name, modelsDir, endpoint: hub.url, onProgress }, ongoing)
  const find = () => findLocalModel(name, { modelsDir, workingDir: modelsDir })
  return { modelsDir, hub, pull, find, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() }
}

describe('pullModel', () => {
  it('downloads what is needed and nothing else, and then the model is found', async () => {
    await using opened = await pulling()
    expect(await opened.find()).toEqual({ kind: 'missing' })
    const told: PullProgress[] = []
    const pulled = await opened.pull((progress) => told.push(progress))
    expect(pulled.files).toEqual(['onnx/model.onnx', 'tokenizer_config.json', 'tokenizer.json', 'config.json'])
    expect(told.at(-1)).toMatchObject({ doneBytes: pulled.bytes, totalBytes: pulled.bytes })
    expect(await readFile(join(pulled.folder, 'onnx/model.onnx'))).toEqual(files.get('onnx/model.onnx'))
    expect(await opened.find()).toMatchObject({ kind: 'transformers', model: { dtype: 'fp32', dimensions: 12 } })
    expect(await pulledModels(opened.modelsDir)).toEqual([name])
  })

  it('downloads nothing twice', async () => {
    await using opened = await pulling()
    await opened.pull()
    const before = opened.hub.requests.length
    await opened.pull()
    expect(opened.hub.requests.slice(before)).toEqual(['/api/models/acme/tiny/revision/main'])
  })

  it('prefers small weights, and takes along what they are split into', async () => {
    const split = new Map([
      ...files,
      ['onnx/model_quantized.onnx', Buffer.from('q')],
      ['onnx/model_quantized.onnx_data', Buffer.from('d')],
    ])
    await using opened = await pulling({ files: split })
    const pulled = await opened.pull()
    expect(pulled.files.slice(0, 2)).toEqual(['onnx/model_quantized.onnx', 'onnx/model_quantized.onnx_data'])
    expect(await opened.find()).toMatchObject({ model: { dtype: 'q8' } })
  })

  it('gets the whole of a file though its connection broke off', async () => {
    await using opened = await pulling({ breaksOff: 'onnx/model.onnx' })
    const told: PullProgress[] = []
    const pulled = await opened.pull((progress) => told.push(progress))
    expect(await readFile(join(pulled.folder, 'onnx/model.onnx'))).toEqual(files.get('onnx/model.onnx'))
    expect(told.at(-1)?.doneBytes).toBe(told.at(-1)?.totalBytes)
  })

  it('goes on where an earlier download ended', async () => {
    await using opened = await pulling()
    const whole = files.get('onnx/model.onnx') ?? Buffer.alloc(0)
    await mkdir(join(opened.modelsDir, name, 'onnx'), { recursive: true })
    await writeFile(join(opened.modelsDir, name, 'onnx/model.onnx.partial'), whole.subarray(0, 100))
    const pulled = await opened.pull()
    expect(opened.hub.requests).toContain('/cdn/onnx/model.onnx bytes=100-')
    expect(await readFile(join(pulled.folder, 'onnx/model.onnx'))).toEqual(whole)
  })

  it('keeps nothing that is damaged', async () => {
    await using opened = await pulling({ damages: 'onnx/model.onnx' })
    await expect(opened.pull()).rejects.toMatchObject({ fault: 'damaged' })
    expect(await readdir(join(opened.modelsDir, name, 'onnx'))).toEqual([])
    expect(await opened.find()).toMatchObject({ kind: 'incomplete' })
  })

  it.each([
    ['not-found', { name: 'acme/other' }],
    ['not-found', { status: 401 }],
    ['refused', { status: 403 }],
    ['no-weights', { files: new Map([['config.json', Buffer.from('{}')]]) }],
  ])('says %s for %j', async (fault, options) => {
    await using opened = await pulling(options)
    await expect(opened.pull()).rejects.toMatchObject({ fault })
  })

  it('says when the hub cannot be reached', async () => {
    const options = { name, modelsDir: '/nowhere', endpoint: 'http://127.0.0.1:9' }
    await expect(pullModel(options, ongoing)).rejects.toMatchObject({ fault: 'unreachable' })
  })

  it.each(['../../etc', 'a/b/c', 'acme/..', '/abs', '.hidden', ''])('takes %j for no name', async (wrong) => {
    expect(isModelName(wrong)).toBe(false)
    await expect(pullModel({ name: wrong, modelsDir: '/nowhere' }, ongoing)).rejects.toMatchObject({
      fault: 'bad-name',
    })
  })
})
