// The vector scan of ours beside sqlite-vec's:
//   npm install --prefix DIR sqlite-vec && node sqlite-vec.mjs DIR/node_modules/sqlite-vec-linux-x64/vec0 100000 1000000
// Prints one JSON line per engine and number of vectors.
import { DatabaseSync } from 'node:sqlite'
import { quantize } from '../../knowledge/sqlite/quantized-vector.ts'
import { benchVectorScan } from '../vector-scan.ts'

const [extension, ...sizes] = process.argv.slice(2)
const dimensions = 256

function vec0(name, column, value, bytes) {
  return {
    name,
    load: (stored, limit) => {
      const database = new DatabaseSync(':memory:', { allowExtension: true })
      database.loadExtension(extension)
      database.exec(`CREATE VIRTUAL TABLE vectors USING vec0(embedding ${column}[${dimensions}] distance_metric=cosine); BEGIN`)
      const insert = database.prepare(`INSERT INTO vectors (rowid, embedding) VALUES (CAST(? AS INTEGER), ${value})`)
      for (const [row, vector] of stored.entries()) insert.run(row, bytes(vector))
      database.exec('COMMIT')
      const select = database.prepare(`SELECT rowid FROM vectors WHERE embedding MATCH ${value} AND k = ${limit}`)
      return (query) => select.all(bytes(query)).map(({ rowid }) => rowid)
    },
  }
}

const peers = [
  vec0('sqlite-vec, 8 bits', 'int8', 'vec_int8(?)', (vector) => new Uint8Array(quantize(vector).components.buffer)),
  vec0('sqlite-vec, 32 bits', 'float', '?', (vector) => new Uint8Array(vector.buffer)),
]
for (const row of benchVectorScan({ sizes: sizes.map(Number), dimensions, queries: 30, peers }, new AbortController().signal)) {
  console.log(JSON.stringify(row))
}
