// Numbers that Python has sent as bytes.

/**
 * @param {DataView} view it may begin anywhere in its buffer
 * @param {Function} [Kind] the typed array to make
 */
export const numbersOf = ({ buffer, byteOffset, byteLength }, Kind = Float32Array) =>
  new Kind(buffer.slice(byteOffset, byteOffset + byteLength));
