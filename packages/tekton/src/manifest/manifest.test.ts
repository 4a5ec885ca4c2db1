import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatProblem, manifestError, readManifest, structureErrors } from './index.ts';

const head = 'apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\n';
const problems = async (text: string) =>
  (await readManifest(text, 'f.yaml')).problems.map(({ line, column, message, hint }) => [
    `${line}:${column}`,
    message,
    ...(hint === undefined ? [] : [hint]),
  ]);

describe('reading', () => {
  test('several documents, empty ones and comments aside', async () => {
    const { objects } = await readManifest(
      `# first\n---\n${head}---\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n`,
    );
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ['Task', 'ConfigMap'],
    );
  });
  test('JSON, also with tabs', async () => {
    const { objects, problems } = await readManifest(
      JSON.stringify({ apiVersion: 'tekton.dev/v1', kind: 'Task', metadata: { name: 't' } }, null, '\t'),
    );
    assert.deepEqual(problems, []);
    assert.equal(objects[0]?.metadata.name, 't');
  });
  test('lists are expanded', async () => {
    const manifest = await readManifest(
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}}\n- {apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}\n',
    );
    assert.deepEqual(
      manifest.objects.map(({ metadata }) => metadata.name),
      ['s', 'a'],
    );
    assert.equal(manifest.locate(1, 'kind').line, 5);
  });
  test('anchors and merge keys', async () => {
    const { objects } = await readManifest(
      `${head}spec:\n  steps:\n  - &s {name: a, image: i}\n  - {<<: *s, name: b}\n`,
    );
    assert.deepEqual(objects[0], {
      apiVersion: 'tekton.dev/v1',
      kind: 'Task',
      metadata: { name: 't' },
      spec: {
        steps: [
          { name: 'a', image: 'i' },
          { name: 'b', image: 'i' },
        ],
      },
    });
  });
  test('octal modes and YAML 1.1 booleans, as kubectl reads them', async () => {
    const { objects } = await readManifest(
      `${head}spec:\n  volumes: [{name: v, secret: {secretName: s, defaultMode: 0400, optional: yes}}]\n`,
    );
    assert.deepEqual(objects[0] && 'spec' in objects[0] && objects[0].spec, {
      volumes: [{ name: 'v', secret: { secretName: 's', defaultMode: 0o400, optional: true } }],
    });
  });
  test('null is as good as absent', async () => {
    const { objects, problems } = await readManifest(`${head}spec:\n  params:\n  steps: null\n`);
    assert.deepEqual(problems, []);
    assert.deepEqual(objects[0] && 'spec' in objects[0] && objects[0].spec, {});
  });
  test('any JSON may be a param', async () => {
    assert.deepEqual(
      await problems(`${head}spec: {params: [{name: a, default: 5}, {name: b, default: [1, {c: d}]}]}\n`),
      [],
    );
  });
});

test('upper and lower case do not matter in names of fields', async () => {
  const { objects, problems } = await readManifest(
    `${head}spec:\n  Steps:\n  - name: s\n    Image: i\n    workspaces: [{name: w, mountpath: /w}]\n`,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(objects[0] && 'spec' in objects[0] && objects[0].spec, {
    steps: [{ name: 's', image: 'i', workspaces: [{ name: 'w', mountPath: '/w' }] }],
  });
});

describe('what is wrong has its place', () => {
  test('an unknown field, with a guess', async () => {
    assert.deepEqual(await problems(`${head}spec:\n  stpes: []\n`), [
      ['5:3', 'unknown field "spec.stpes"', 'did you mean "steps"?'],
    ]);
  });
  test('a field of an older API', async () => {
    const text =
      'apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: r}\nspec:\n  serviceAccountName: x\n';
    assert.deepEqual(await problems(text), [
      [
        '5:3',
        'unknown field "spec.serviceAccountName"',
        'in v1 it is spec.taskRunTemplate.serviceAccountName',
      ],
    ]);
  });
  test('a deep value of the wrong type', async () => {
    assert.deepEqual(await problems(`${head}spec:\n  steps:\n  - name: a\n    args: [one, 2]\n`), [
      ['7:17', 'spec.steps[0].args[1] must be text, not the number 2', 'quote it: "2"'],
    ]);
    assert.deepEqual(await problems(`${head}spec:\n  steps: {}\n`), [
      ['5:3', 'spec.steps must be a list, not a map'],
    ]);
  });
  test('metadata of any kind', async () => {
    assert.deepEqual(await problems('apiVersion: v1\nkind: Secret\nmetadata:\n  lables: {}\n'), [
      ['4:3', 'unknown field "metadata.lables"', 'did you mean "labels"?'],
    ]);
  });
  test('a key twice', async () => {
    assert.deepEqual(await problems(`${head}spec:\n  steps: []\n  steps: []\n`), [
      ['6:3', 'Map keys must be unique'],
    ]);
  });
  test('text that is not YAML, while other documents are read', async () => {
    const manifest = await readManifest(`a: [1\n---\n${head}`);
    assert.equal(manifest.problems.length, 1);
    assert.equal(manifest.objects.length, 1);
  });
  test('no kind', async () => {
    assert.deepEqual(await problems('apiVersion: v1\n'), [
      ['1:1', 'kind is missing', 'every object needs apiVersion, kind and metadata'],
    ]);
  });
  test('a kind that Tekton does not have', async () => {
    const [problem] = await problems('apiVersion: tekton.dev/v1\nkind: Tsk\nmetadata: {name: x}\n');
    assert.deepEqual(problem?.slice(0, 2), ['1:13', 'no kind Tsk in tekton.dev/v1']);
  });
  test('too many aliases are refused', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    const [problem] = await problems(lines.join('\n'));
    assert.match(problem?.[1] ?? '', /alias/i);
  });
  test('is shown with its line', async () => {
    const { problems } = await readManifest(`${head}spec:\n  stpes: []\n`, 'task.yaml');
    const text =
      'task.yaml:5:3: unknown field "spec.stpes"\n  5 |   stpes: []\n    |   ^\n  hint: did you mean "steps"?';
    assert.equal(problems.map(formatProblem).join(), text);
    assert.equal(manifestError(problems).message, text);
  });
});

describe('validation errors find their place', () => {
  const text = `${head}spec:\n  params:\n  - name: p\n    default: x\n  steps:\n  - name: a\n    image: i\n    env:\n    - name: E\n      value: v\n`;
  const cases: Array<[string, string]> = [
    ['spec.steps[0].Image', '10:12'],
    ['spec.steps[0].env[E].value', '13:14'],
    ['spec.params.p.default', '7:14'],
    ['spec.steps[0].script', '9:5'],
    ['spec.steps', '8:3'],
    ['metadata.name', '3:18'],
    ['nonsense', '1:1'],
  ];
  for (const [path, place] of cases) {
    test(path, async () => {
      const { line, column } = (await readManifest(text)).locate(0, path);
      assert.equal(`${line}:${column}`, place);
    });
  }
});

test('objects that come from elsewhere are checked too', async () => {
  const object = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'x' },
    spec: { taskref: {} },
  };
  assert.deepEqual(await structureErrors(object), ['unknown field "spec.taskref" (did you mean "taskRef"?)']);
});
