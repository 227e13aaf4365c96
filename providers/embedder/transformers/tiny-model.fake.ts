import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const dimensions = 12
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789.'.split('')
const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...letters, ...letters.map((letter) => `##${letter}`)]

/** What a model's folder holds: a real ONNX graph (one vector a letter, looked up) and a real tokenizer, 5 kB in all. */
export function tinyModelFiles(): ReadonlyMap<string, Buffer> {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value))
  return new Map([
    ['config.json', json({ model_type: 'bert', architectures: ['BertModel'], hidden_size: dimensions })],
    ['tokenizer.json', json(tokenizer())],
    [
      'tokenizer_config.json',
      json({ tokenizer_class: 'BertTokenizer', model_max_length: 64, pad_token: '[PAD]', unk_token: '[UNK]' }),
    ],
    ['onnx/model.onnx', onnxLookup()],
  ])
}

/** Writes it to a folder. */
export async function writeTinyModel(folder: string): Promise<string> {
  await mkdir(join(folder, 'onnx'), { recursive: true })
  for (const [name, content] of tinyModelFiles()) await writeFile(join(folder, name), content)
  return folder
}

function tokenizer(): unknown {
  const added = vocabulary.slice(0, 4).map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }))
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] } },
    },
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
    },
  }
}

/** `last_hidden_state = Gather(table, input_ids)`, in ONNX's protobuf (github.com/onnx/onnx, onnx.proto). */
function onnxLookup(): Buffer {
  const table = Float32Array.from({ length: vocabulary.length * dimensions }, (_, at) => Math.sin(at * 7.3))
  const weights = [
    number(1, vocabulary.length),
    number(1, dimensions),
    number(2, 1),
    text(8, 'table'),
    bytes(9, Buffer.from(table.buffer)),
  ]
  const gather = [text(1, 'table'), text(1, 'input_ids'), text(2, 'last_hidden_state'), text(4, 'Gather')]
  const graph = [
    message(1, gather),
    text(2, 'lookup'),
    message(5, weights),
    message(11, tensor('input_ids', 7, ['batch', 'tokens'])),
    message(12, tensor('last_hidden_state', 1, ['batch', 'tokens', dimensions])),
  ]
  return Buffer.concat([number(1, 8), message(7, graph), message(8, [text(1, ''), number(2, 13)])])
}

function tensor(name: string, elementType: number, shape: readonly (string | number)[]): Buffer[] {
  const dimensionsOf = shape.map((size) => message(1, [typeof size === 'number' ? number(1, size) : text(2, size)]))
  return [text(1, name), message(2, [message(1, [number(1, elementType), message(2, dimensionsOf)])])]
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)])
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value))
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts))
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content])
}

function varint(value: number): Buffer {
  const groups: number[] = []
  let rest = value
  for (; rest > 127; rest >>>= 7) groups.push((rest & 127) | 128)
  return Buffer.from([...groups, rest])
}
