/** Sizes of passages in the units of `textSize`: Latin letters, or half as many Japanese ones. */

/** A passage grows up to here. */
export const targetSize = 1200

/** What would be cut below this is rather kept with its neighbour, up to `roomyLimit`. */
export const tinySize = 150
export const roomyLimit = 1500

/** A block up to here is kept whole. */
export const largestSize = 2000
