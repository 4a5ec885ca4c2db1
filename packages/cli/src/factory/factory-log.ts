/** What the factory says of itself while it runs. */
export interface FactoryLog {
  info(message: string, fields?: Record<string, unknown>): void;
  error(place: string, error: unknown): void;
}

export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

/** A log on standard error: lines for people, or JSON lines for programs; the library for these is loaded here. */
export async function openFactoryLog(format: LogFormat): Promise<FactoryLog> {
  if (format === 'text') {
    const say = (text: string) => process.stderr.write(`${text}\n`);
    return {
      info: (message, fields = {}) => {
        const details = Object.entries(fields).map(([key, value]) => `${key} ${value}`);
        say(details.length > 0 ? `${message}: ${details.join(', ')}` : message);
      },
      error: (place, error) => say(`${place}: ${error instanceof Error ? error.message : error}`),
    };
  }
  const { destination, pino, stdTimeFunctions } = await import('pino');
  const log = pino(
    {
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    // At once, so that the last line before an end is there.
    destination({ dest: 2, sync: true }),
  );
  return {
    info: (message, fields = {}) => log.info(fields, message),
    error: (place, error) =>
      log.error(
        error instanceof Error ? { place, err: error } : { place, err: { message: String(error) } },
        place,
      ),
  };
}
