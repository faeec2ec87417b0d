// Months in words.

const MONTH_NAMES = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
];

/**
 * Month n of a series in words, such as "May 1778".
 * @param {{month: number}} data `month`: the first month of the series, counted from January of year 0
 * @param {number} n
 */
export const monthName = ({ month }, n) => `${MONTH_NAMES[(month + n) % 12]} ${Math.floor((month + n) / 12)}`;
