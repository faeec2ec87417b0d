// Numbers that Python has sent as bytes.

/**
 * @template [Numbers=Float32Array]
 * @param {DataView} view it may begin anywhere in its buffer
 * @param {new (bytes: any) => Numbers} [Kind] of array to make
 * @returns {Numbers}
 */
export const numbersOf = ({ buffer, byteOffset, byteLength }, Kind = /** @type {any} */ (Float32Array)) =>
  new Kind(buffer.slice(byteOffset, byteOffset + byteLength));
