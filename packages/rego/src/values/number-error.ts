/** A calculation without an answer. The message is OPA's: `divide by zero`. */
export class NumberError extends Error {
  override readonly name = 'NumberError';
}
