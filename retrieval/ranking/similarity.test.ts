import { describe, expect, it } from 'vitest'
import { loadOpsEmbed } from '#providers/embedder/ops-embed/ops-embed.ts'
import { OwnVectors } from './own-vectors.ts'
import { storedPassage } from './ranking.fake.ts'
import { similaritiesOf } from './similarity.ts'

const ongoing = new AbortController().signal
const unit = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle))
/** Six passages; `angle` is how far each is from the question by the model it is stored with. */
const stored = (angles: readonly number[]) =>
  angles.map((angle, at) => storedPassage({ id: `p${at}`, text: `text ${at}`, embedding: unit(angle) }))
const ownBy = (angles: readonly number[]) => ({
  question: unit(0),
  otherwise: unit(0),
  passages: new Map(angles.map((angle, at) => [`p${at}`, unit(angle)])),
})

describe('similaritiesOf', () => {
  it('is the cosine as it is where the passages are stored with our own vectors', () => {
    const [found] = similaritiesOf(stored([1]), { question: unit(0), otherwise: unit(2) })
    expect(found?.cosine).toBeCloseTo(Math.cos(1), 5)
    expect(found?.otherCosine).toBeCloseTo(Math.cos(1), 5)
    expect(found?.sureCosine).toBe(found?.otherCosine)
  })

  it("takes another model's order, and our own scale", () => {
    // The other model finds everything nearly alike, as many do, and turns our order round.
    const passages = stored([0.3, 0.28, 0.26, 0.24, 0.22, 0.2])
    const own = ownBy([0.9, 1, 1.1, 1.2, 1.3, 1.4])
    const found = similaritiesOf(passages, { question: unit(0), otherwise: unit(0), own })
    const middle = found.reduce((sum, { otherCosine }) => sum + otherCosine, 0) / found.length
    const ownMiddle = found.reduce((sum, { sureCosine }) => sum + sureCosine, 0) / found.length
    expect(middle).toBeCloseTo(ownMiddle, 5)
    expect(found[0]?.sureCosine).toBeCloseTo(Math.cos(0.9), 5)
    expect(found[0]?.otherCosine).toBeLessThan(found[0]?.sureCosine ?? 0)
    expect(found[5]?.otherCosine).toBeGreaterThan(found[5]?.sureCosine ?? 1)
  })

  it('goes by our own vectors alone where the other model gave none, or too few, or did not answer', () => {
    const own = ownBy([0.2, 0.4, 0.6, 0.8, 1, 1.2])
    const few = stored([0.1, 0.1]).concat(
      stored([0, 0, 0, 0, 0, 0])
        .slice(2)
        .map((passage) => ({ ...passage, embedding: undefined })),
    )
    for (const question of [unit(0), undefined]) {
      const found = similaritiesOf(few, { question, otherwise: question, own })
      for (const { otherCosine, sureCosine } of found) expect(otherCosine).toBe(sureCosine)
    }
  })

  it('never compares vectors of two lengths', () => {
    const [found] = similaritiesOf(stored([0]), { question: Float32Array.of(1, 0, 0) })
    expect(found).toEqual({ cosine: 0, otherCosine: 0, sureCosine: 0 })
  })
})

describe('OwnVectors', () => {
  it('embeds a passage with where it stands, once', async () => {
    await using embedder = await loadOpsEmbed()
    const asked: string[] = []
    const ownVectors = new OwnVectors({
      id: embedder.id,
      dimensions: embedder.dimensions,
      embed: (texts, signal) => {
        asked.push(...texts)
        return embedder.embed(texts, signal)
      },
      [Symbol.asyncDispose]: async () => {},
    })
    const passage = storedPassage({ id: 'a', text: 'fail over', heading: ['Redis'], document: { title: 'Caches' } })
    await ownVectors.of([passage], ongoing)
    const vectors = await ownVectors.of([passage], ongoing)
    expect(asked).toEqual(['Caches\nRedis\nfail over'])
    expect(vectors.get('a')).toEqual(embedder.encode('Caches\nRedis\nfail over'))
  })
})
