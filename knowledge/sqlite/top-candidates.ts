/** Keeps the best `limit` of many scored rows: a heap with the worst of the kept ones on top. */
export class TopCandidates {
  /** Only what scores above it can still get in. */
  threshold: number
  readonly #limit: number
  readonly #rows: Float64Array
  readonly #scores: Float64Array
  #size = 0

  /** @param floor Scores have to be above it to count at all. */
  constructor(limit: number, floor: number) {
    this.#limit = limit
    this.threshold = limit === 0 ? Number.POSITIVE_INFINITY : floor
    this.#rows = new Float64Array(limit)
    this.#scores = new Float64Array(limit)
  }

  /** The caller has seen that `score` is above the threshold. */
  add(row: number, score: number): void {
    if (this.#size < this.#limit) {
      this.#siftUp(this.#size++, row, score)
    } else {
      this.#siftDown(row, score)
    }
    if (this.#size === this.#limit) this.threshold = this.#scores[0] ?? this.threshold
  }

  /** Best first; of equals the one with the lower row. */
  ranked(): { row: number; score: number }[] {
    return Array.from(this.#rows.subarray(0, this.#size), (row, index) => ({
      row,
      score: this.#scores[index] ?? 0,
    })).toSorted((one, other) => other.score - one.score || one.row - other.row)
  }

  #siftUp(start: number, row: number, score: number): void {
    let at = start
    while (at > 0) {
      const parent = (at - 1) >> 1
      if ((this.#scores[parent] ?? 0) <= score) break
      this.#move(parent, at)
      at = parent
    }
    this.#put(at, row, score)
  }

  #siftDown(row: number, score: number): void {
    let at = 0
    for (let child = 1; child < this.#size; child = 2 * at + 1) {
      const sibling = child + 1
      const lesser = sibling < this.#size && (this.#scores[sibling] ?? 0) < (this.#scores[child] ?? 0) ? sibling : child
      if ((this.#scores[lesser] ?? 0) >= score) break
      this.#move(lesser, at)
      at = lesser
    }
    this.#put(at, row, score)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#rows[from] ?? 0, this.#scores[from] ?? 0)
  }

  #put(at: number, row: number, score: number): void {
    this.#rows[at] = row
    this.#scores[at] = score
  }
}
