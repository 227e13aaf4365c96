/** A vector in one byte a dimension; its direction is kept to within about half a degree. */
export interface QuantizedVector {
  /** Brings the components to unit length; 0 for the zero vector. */
  scale: number
  components: Int8Array
}

/** The largest component becomes 127 or -127. */
export function quantize(vector: Float32Array): QuantizedVector {
  const factor = stretch(vector, 127)
  const components = new Int8Array(vector.length)
  let squares = 0
  for (let index = 0; index < vector.length; index++) {
    const component = Math.round((vector[index] ?? 0) * factor)
    components[index] = component
    squares += component * component
  }
  return { scale: squares === 0 ? 0 : 1 / Math.sqrt(squares), components }
}

/** What to multiply a vector with so that its largest component becomes `largest`; 0 for the zero vector. */
export function stretch(vector: Float32Array, largest: number): number {
  let maximum = 0
  for (const component of vector) maximum = Math.max(maximum, Math.abs(component))
  return maximum === 0 ? 0 : largest / maximum
}

/** The vector of unit length that these bytes stand for. */
export function restored(scale: number, components: Uint8Array): Float32Array {
  const signed = new Int8Array(components.buffer, components.byteOffset, components.byteLength)
  const vector = new Float32Array(signed.length)
  for (let index = 0; index < signed.length; index++) vector[index] = (signed[index] ?? 0) * scale
  return vector
}
