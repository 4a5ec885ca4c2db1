import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { CliError } from '../error.ts';
import type { Home } from '../home.ts';

/** Where the factory that runs on a home is reached, with the rights of the person who runs it. */
export function factoryAddress({ run }: Pick<Home, 'run'>): { socketPath: string; token: string } {
  return {
    socketPath: join(run, 'api.sock'),
    token: readFileSync(join(run, 'admin.token'), 'utf8').trim(),
  };
}

/**
 * Posts to a path of the running factory that is no resource.
 * @returns the answer's JSON
 * @throws CliError FactoryNotRunning, with the factory's words if it has any
 */
export async function postToFactory<T>(home: Pick<Home, 'run'>, path: string, body?: object): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const failed = (cause: unknown, words: string) =>
    reject(new CliError('FactoryNotRunning', words, { hint: 'see logs/factory.log in the home', cause }));
  try {
    const { socketPath, token } = factoryAddress(home);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const asked = request({ socketPath, method: 'POST', path, headers }, async (response) => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        const answer = JSON.parse(text) as { message?: string };
        if ((response.statusCode ?? 500) >= 400) throw new Error(answer.message ?? text);
        resolve(answer as T);
      } catch (error) {
        failed(error, `the factory could not do it: ${(error as Error).message}`);
      }
    });
    asked.once('error', (error) => failed(error, 'the factory does not answer'));
    asked.end(JSON.stringify(body ?? {}));
  } catch (error) {
    failed(error, 'the factory does not run');
  }
  return promise;
}
