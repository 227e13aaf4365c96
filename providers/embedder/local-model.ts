import { createHash } from 'node:crypto'
import { access, readdir, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'

/** What comes with Nightdesk. */
export const shippedModelName = 'ops-embed'

/** A folder with an ONNX model as sentence-transformers and transformers.js publish them. */
export interface TransformersModel {
  /** Changes with whatever changes its vectors. */
  id: string
  folder: string
  /** The weights' precision, by which transformers.js finds their file. */
  dtype: Dtype
  /** How the vectors of tokens become one. */
  pooling: 'mean' | 'cls'
  dimensions: number | undefined
}

export type FoundModel =
  | { kind: 'ops-embed'; folder: string }
  | { kind: 'transformers'; model: TransformersModel }
  | { kind: 'incomplete'; folder: string; missing: string }
  | { kind: 'missing' }

/** What each precision's file is called, the one to be preferred first: a quarter of the size, nearly as good. */
export const weightFiles = {
  q8: 'onnx/model_quantized.onnx',
  fp32: 'onnx/model.onnx',
  int8: 'onnx/model_int8.onnx',
  uint8: 'onnx/model_uint8.onnx',
  fp16: 'onnx/model_fp16.onnx',
  q4: 'onnx/model_q4.onnx',
} as const
export type Dtype = keyof typeof weightFiles
export const dtypes: readonly Dtype[] = ['q8', 'fp32', 'int8', 'uint8', 'fp16', 'q4']

/** Files without which a model can't be loaded, beside its weights. */
export const neededFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const
/** Says how token vectors become one; many models leave it out, and mean. */
export const poolingFile = '1_Pooling/config.json'

export interface ModelPlaces {
  /** Where `models pull` puts them. */
  modelsDir: string
  /** Where relative paths begin. */
  workingDir: string
}

/** A model by its name under the models folder, or by the path of its folder. */
export async function findLocalModel(nameOrPath: string, { modelsDir, workingDir }: ModelPlaces): Promise<FoundModel> {
  const folders = [resolve(workingDir, nameOrPath)]
  if (!isAbsolute(nameOrPath) && isModelName(nameOrPath)) folders.unshift(join(modelsDir, nameOrPath))
  for (const folder of folders) {
    if (!(await isFolder(folder))) continue
    return isThere(join(folder, 'ops-embed.bin')).then((is) =>
      is ? { kind: 'ops-embed', folder } : inspected(nameOrPath, folder),
    )
  }
  return { kind: 'missing' }
}

/** One or two parts, as on the Hugging Face Hub, and no way out of the models folder. */
export function isModelName(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,95}(?:\/[A-Za-z0-9][\w.-]{0,95})?$/.test(name) && !name.includes('..')
}

/** Names of what is under the models folder, finished or not. */
export async function pulledModels(modelsDir: string): Promise<string[]> {
  const names: string[] = []
  for (const owner of await foldersIn(modelsDir)) {
    if (await isThere(join(modelsDir, owner, 'config.json'))) names.push(owner)
    else for (const name of await foldersIn(join(modelsDir, owner))) names.push(`${owner}/${name}`)
  }
  return names.toSorted()
}

/** Sizes only name a dimension where the model's own configuration does. */
const ModelConfig = z.object({ hidden_size: z.int().positive().optional(), dim: z.int().positive().optional() })
const Pooling = z.object({ pooling_mode_cls_token: z.boolean().default(false) })

async function inspected(name: string, folder: string): Promise<FoundModel> {
  for (const file of neededFiles) {
    if (!(await isThere(join(folder, file)))) return { kind: 'incomplete', folder, missing: file }
  }
  let dtype: Dtype | undefined
  for (const each of dtypes) if (dtype === undefined && (await isThere(join(folder, weightFiles[each])))) dtype = each
  if (dtype === undefined) return { kind: 'incomplete', folder, missing: weightFiles.fp32 }
  const config = await readFile(join(folder, 'config.json'), 'utf8')
  const read = ModelConfig.safeParse(json(config))
  if (!read.success) return { kind: 'incomplete', folder, missing: 'a readable config.json' }
  const pooling = Pooling.safeParse(json(await readFile(join(folder, poolingFile), 'utf8').catch(() => '{}')))
  const byFirst = pooling.success && pooling.data.pooling_mode_cls_token
  // Hashing hundreds of megabytes at each start would be slow; other weights hardly have the same size to the byte.
  const { size } = await stat(join(folder, weightFiles[dtype]))
  const hash = createHash('sha256').update(
    JSON.stringify([config, await readFile(join(folder, 'tokenizer.json')), size, byFirst]),
  )
  const dimensions = read.data.hidden_size ?? read.data.dim
  const id = `local/${name.split(/[\\/]/).at(-1) ?? name}/${dtype}/${hash.digest('hex').slice(0, 8)}`
  return { kind: 'transformers', model: { id, folder, dtype, dimensions, pooling: byFirst ? 'cls' : 'mean' } }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}
