// MiniSearch with its defaults and the fuzziness that its documentation shows.
import MiniSearch from 'minisearch'
import { measure } from './measure.mjs'

await measure('MiniSearch', async (chunks, limit) => {
  const index = new MiniSearch({ fields: ['text', 'path'], storeFields: ['path'] })
  index.addAll(chunks)
  return {
    search: async (question) => index.search(question, { fuzzy: 0.2 }).slice(0, limit),
    saved: () => JSON.stringify(index),
  }
})
