import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../packages/cli/src/program.ts';

const page = readFileSync(resolve(import.meta.dirname, '../docs/reference/cli.md'), 'utf8');

/** The sections `## assay ...` of the page, by command. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .filter((section) => section.startsWith('assay'))
    .map((section) => [section.slice(0, section.indexOf('\n')).trim(), section]),
);

/** Each command that does something, by its whole name; the program itself is `assay`. */
function commandsOf(command: Command, name = command.name()): [string, Command][] {
  const visible = command.createHelp().visibleCommands(command);
  const inner = command.commands
    .filter((child) => visible.includes(child))
    .flatMap((child) => commandsOf(child, `${name} ${child.name()}`));
  // A command that only holds others takes no arguments.
  const isGroup = command.parent !== null && inner.length > 0 && command.registeredArguments.length === 0;
  return isGroup ? inner : [[name, command], ...inner];
}

const commands = commandsOf(await createProgram([]));

test('the page has a section for every command, and for none that is gone', () => {
  assert.deepEqual([...sections.keys()].sort(), commands.map(([name]) => name).sort());
});

for (const [name, command] of commands) {
  test(`the options and arguments of ${name} are on the page, and none that is gone`, () => {
    const section = sections.get(name) ?? '';
    const documented = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, flags]) => flags!);
    const actual = [
      ...command.registeredArguments.map((argument) => {
        const text = `${argument.name()}${argument.variadic ? '...' : ''}`;
        return argument.required ? `<${text}>` : `[${text}]`;
      }),
      ...command.options.filter(({ hidden }) => !hidden).map(({ flags }) => flags),
    ];
    assert.deepEqual(documented.sort(), actual.sort());
  });

  test(`the choices and defaults of ${name} are on the page`, () => {
    const section = sections.get(name) ?? '';
    for (const { flags, argChoices, defaultValue } of command.options) {
      const row = section.split('\n').find((line) => line.startsWith(`| \`${flags}\` |`)) ?? '';
      for (const word of argChoices ?? []) assert.ok(row.includes(`\`${word}\``), `${flags}: ${word}`);
      if (typeof defaultValue === 'string')
        assert.ok(row.includes(`\`${defaultValue}\``), `${flags}: ${defaultValue}`);
    }
  });
}
