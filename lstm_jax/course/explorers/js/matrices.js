// Small square matrices: Float64Array (n, n), row-major.

/**
 * A symmetric matrix that is 0 but for `diagonal` (n,) and what stands `beside` it (n,): beside[k]
 * stands between diagonal[k - 1] and diagonal[k], and beside[0] is 0.
 * @typedef {{diagonal: Float64Array, beside: Float64Array}} Tridiagonal
 */

/**
 * @param {number} n
 * @returns {Float64Array}
 */
export function identityMatrix(n) {
  const matrix = new Float64Array(n * n);
  for (let k = 0; k < n; k++) matrix[k * n + k] = 1;
  return matrix;
}

/**
 * a b, quick where a has many zeros, as the Jacobian of an LSTM step has.
 * @param {Float64Array} a
 * @param {Float64Array} b
 * @param {number} n
 * @returns {Float64Array}
 */
export function matrixProduct(a, b, n) {
  const product = new Float64Array(n * n);
  for (let row = 0; row < n * n; row += n) addRows(product, row, n, b, a, row, 1, n);
  return product;
}

/**
 * sum[at + j] += Σ_k factors[from + k stride] rows[k, j] for j < length. Four rows at a time, for
 * each pass reads and writes the sum, and that takes longer than to multiply.
 * @param {Float64Array} sum
 * @param {number} at
 * @param {number} length
 * @param {Float64Array} rows
 * @param {Float64Array} factors
 * @param {number} from
 * @param {number} stride
 * @param {number} n
 */
function addRows(sum, at, length, rows, factors, from, stride, n) {
  let k = 0;
  for (; k + 3 < n; k += 4) {
    const place = from + k * stride;
    const f0 = factors[place];
    const f1 = factors[place + stride];
    const f2 = factors[place + 2 * stride];
    const f3 = factors[place + 3 * stride];
    if (f0 === 0 && f1 === 0 && f2 === 0 && f3 === 0) continue;
    const r0 = k * n;
    const r1 = r0 + n;
    const r2 = r1 + n;
    const r3 = r2 + n;
    for (let j = 0; j < length; j++) {
      sum[at + j] += f0 * rows[r0 + j] + f1 * rows[r1 + j] + f2 * rows[r2 + j] + f3 * rows[r3 + j];
    }
  }
  for (; k < n; k++) {
    const factor = factors[from + k * stride];
    for (let j = 0; j < length; j++) sum[at + j] += factor * rows[k * n + j];
  }
}

/**
 * The largest singular value, to nearly all digits. Its square is the largest eigenvalue of MᵀM:
 * reflections make that matrix tridiagonal, and there a bisection closes in on it. A power
 * iteration would be shorter, but it stalls where two singular values are nearly the same, and
 * never finds one that its start does not contain.
 * @param {Float64Array} matrix the largest of its entries, signs aside, is 1, or all are 0
 * @param {number} n
 * @returns {number}
 */
export function largestSingularValue(matrix, n) {
  const gram = gramMatrix(matrix, n);
  return Math.sqrt(largestEigenvalue(tridiagonal(gram, n)));
}

/**
 * MᵀM; only the lower triangle is filled.
 * @type {(matrix: Float64Array, n: number) => Float64Array}
 */
function gramMatrix(matrix, n) {
  const gram = new Float64Array(n * n);
  for (let a = 0; a < n; a++) addRows(gram, a * n, a + 1, matrix, matrix, a, n, n);
  return gram;
}

/**
 * Householder's reduction of a symmetric matrix; its lower triangle is read and overwritten. Step k
 * takes the column below the diagonal, x, to (±|x|, 0, ..., 0) by the reflection 1 - β v vᵀ. That
 * makes the rest of the matrix A - v wᵀ - w vᵀ, where p = β A v and w = p - ½ β (pᵀv) v.
 * @param {Float64Array} matrix
 * @param {number} n
 * @returns {Tridiagonal}
 */
function tridiagonal(matrix, n) {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = matrix[k * n + k];
    const first = k + 1;
    if (first === n) break;
    let squares = 0;
    for (let a = first; a < n; a++) {
      v[a] = matrix[a * n + k];
      squares += v[a] * v[a];
    }
    if (squares < Number.EPSILON ** 4) continue; // lost beside the largest eigenvalue, at least 1
    const length = v[first] > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    beside[first] = length;
    const beta = 1 / (squares - length * v[first]);
    v[first] -= length;

    w.fill(0, first);
    for (let a = first; a < n; a++) {
      const row = a * n;
      const factor = v[a];
      let sum = matrix[row + a] * factor;
      for (let b = first; b < a; b++) {
        sum += matrix[row + b] * v[b];
        w[b] += matrix[row + b] * factor;
      }
      w[a] += sum;
    }
    let along = 0;
    for (let a = first; a < n; a++) along += w[a] * v[a];
    const half = 0.5 * beta * beta * along;
    for (let a = first; a < n; a++) w[a] = beta * w[a] - half * v[a];

    for (let a = first; a < n; a++) {
      const row = a * n;
      const va = v[a];
      const wa = w[a];
      for (let b = first; b <= a; b++) matrix[row + b] -= va * w[b] + wa * v[b];
    }
  }
  return { diagonal, beside };
}

/**
 * By bisection between the largest diagonal entry and Gershgorin's bound; no eigenvalue is < 0.
 * @param {Tridiagonal} matrix
 */
function largestEigenvalue({ diagonal, beside }) {
  const n = diagonal.length;
  const squares = beside.map((value) => value * value);
  let low = Math.max(...diagonal);
  let high = low;
  for (let k = 0; k < n; k++) {
    const radius = Math.abs(beside[k]) + (k + 1 < n ? Math.abs(beside[k + 1]) : 0);
    high = Math.max(high, diagonal[k] + radius);
  }
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (isAboveAll(middle)) high = middle;
    else low = middle;
  }
  return high;

  /**
   * Is x above every eigenvalue? Then all pivots of the elimination of x - A are positive.
   * @param {number} x
   */
  function isAboveAll(x) {
    let pivot = 1;
    for (let k = 0; k < n; k++) {
      pivot = x - diagonal[k] - squares[k] / pivot;
      if (!(pivot > 0)) return false;
    }
    return true;
  }
}
