/**
 * A number that neither a double's shortest text nor a whole number of reasonable length stands for, as `digits * 10^exponent`.
 * Canonical: `digits` has no trailing zero, so that equal values have equal members.
 */
export class Decimal {
  readonly digits: bigint;
  readonly exponent: number;

  constructor(digits: bigint, exponent: number) {
    this.digits = digits;
    this.exponent = exponent;
  }
}
