/**
 * A TaskRun that ends before any of its steps ran. Not an error of the controller: `reason` and `message` become the
 * run's condition.
 */
export class CannotStart extends Error {
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CannotStart';
    this.reason = reason;
  }
}
