import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { createProgram } from '../program.ts';
import { completionScript } from './completion.ts';

const program = await createProgram([]);

/** What bash offers for the last of these words. */
function complete(...words: string[]): string[] {
  const script = `${completionScript('bash', program)}
COMP_WORDS=(assay ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _assay; echo "\${COMPREPLY[*]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
}

test('commands are completed from their beginning', () => {
  assert.deepEqual(complete('ver'), ['verify']);
  assert.ok(complete('').includes('run'));
});

test("a command's options are completed", () => {
  assert.deepEqual(complete('run', '--im'), ['--image-map']);
  assert.deepEqual(complete('verify', 'localhost/x', '--source-c'), ['--source-commit']);
});

test('subcommands and their options are completed', () => {
  assert.deepEqual(complete('images', 'b'), ['build']);
  assert.deepEqual(complete('source', 'add', 'dir', '--na'), ['--name']);
});

test('every command is in the scripts of all shells', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(shell, program);
    for (const command of program.commands)
      assert.match(script, new RegExp(`\\b${command.name()}\\b`), shell);
  }
});
