import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { generateSigningKey, type Signer } from '@assay/attestation';
import type { PolicyError } from '../error.ts';
import { codeOf } from '../results/rule-info.ts';
import { snapshotOfImage } from '../snapshot/snapshot.ts';
import type { PolicySource, PolicySpec } from '../spec/policy-spec.ts';
import { temporaryFiles } from '../testing/policy-files.ts';
import { attest, provenanceOf, pushImage, sign, temporaryStore } from '../testing/signed-image.ts';
import { type ValidateImageOptions, validateImage } from './validate-image.ts';

const repository = 'registry.example/team/app';
const now = new Date('2026-06-01T00:00:00Z');
let signer: Signer;
let place: ReturnType<typeof temporaryStore>;
let digest: string;
let directories: ReturnType<typeof temporaryFiles>[] = [];

before(async () => {
  signer = (await generateSigningKey('')).signer;
  place = temporaryStore();
  digest = await pushImage(place.store, repository, { config: { Labels: { name: 'app' } } });
  await sign(place.store, repository, digest, signer);
  await attest(place.store, repository, digest, signer, provenanceOf(digest));
});
after(() => {
  place.remove();
  for (const one of directories) one.remove();
  directories = [];
});

/** A policy of one source, from Rego files by name. */
function policyOf(files: Record<string, string>, source: Partial<PolicySource> = {}): PolicySpec {
  const made = temporaryFiles(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`policy/${name}`, text])),
  );
  directories.push(made);
  return {
    publicKey: signer.publicKey.pem,
    sources: [{ policy: [join(made.directory, 'policy')], ...source }],
  };
}

function validate(policy: PolicySpec, options: Partial<ValidateImageOptions> = {}) {
  return validateImage({
    snapshot: snapshotOfImage(`${repository}:1`),
    policy,
    store: () => place.store,
    now: () => now,
    ...options,
  });
}

async function outcome(policy: PolicySpec, options: Partial<ValidateImageOptions> = {}) {
  const report = await validate(policy, options);
  const [component] = report.components;
  const ofPolicy = (results: { msg: string; metadata: Record<string, unknown> }[]) =>
    results.filter((result) => !codeOf(result).startsWith('builtin.')).map(({ msg }) => msg);
  return {
    report,
    violations: ofPolicy(component!.violations),
    warnings: ofPolicy(component!.warnings),
    successes: component!.successes.map(codeOf).filter((code) => !code.startsWith('builtin.')),
  };
}

/** A rule with a short name in package `main`. */
function rule(kind: 'deny' | 'warn', shortName: string, body: string, extra = ''): string {
  return `# METADATA\n# title: ${shortName}\n# custom:\n#   short_name: ${shortName}\n${extra}${kind} contains result if {\n${body}\n\tresult := {"code": "main.${shortName}", "msg": "${shortName} says no"}\n}\n`;
}
const main = (...rules: string[]) => ({ 'main.rego': `package main\n\n${rules.join('\n')}` });

test('an image that stands every rule passes, and each rule that holds is a success', async () => {
  const { report, successes } = await outcome(policyOf(main(rule('deny', 'quiet', '\tfalse'))));
  assert.equal(report.success, true);
  assert.deepEqual(successes, ['main.quiet']);
  assert.equal(report.components[0]!.containerImage, `${repository}@${digest}`);
});

test('a rule that speaks denies', async () => {
  const { report, violations } = await outcome(policyOf(main(rule('deny', 'loud', '\ttrue'))));
  assert.equal(report.success, false);
  assert.deepEqual(violations, ['loud says no']);
});

test('rules see the statement, the image by digest, its config, the snapshot and the policy', async () => {
  const body = `
\tinput.attestations[0].statement.predicateType == "https://slsa.dev/provenance/v1"
\tinput.image.ref == "${repository}@${digest}"
\tinput.image.config.Labels.name == "app"
\tinput.snapshot.components[0].name == "Unnamed"
\tcount(input.policy_spec.sources) == 1`;
  assert.deepEqual((await outcome(policyOf(main(rule('deny', 'all', body))))).violations, ['all says no']);
});

test('rules see rule data, data sources and the time they are asked for', async () => {
  const data = temporaryFiles({ 'a/numbers.yaml': 'numbers: [1, 2]', 'b/more.json': '{"deep": {"x": 1}}' });
  directories.push(data);
  const body = `
\tdata.rule_data__configuration__.level == "high"
\tdata.rule_data__configuration__.extra == "yes"
\tdata.numbers == [1, 2]
\tdata.deep.x == 1
\tdata.config.policy.when_ns == time.parse_rfc3339_ns("2026-07-01T00:00:00Z")
\tdata.config.default_sigstore_opts.public_key != ""`;
  const policy = policyOf(main(rule('deny', 'data', body)), {
    data: [data.directory],
    ruleData: { level: 'high' },
  });
  const effectiveTime = new Date('2026-07-01T00:00:00Z');
  const { violations } = await outcome(policy, { effectiveTime, extraRuleData: { extra: 'yes' } });
  assert.deepEqual(violations, ['data says no']);
});

test('each source is evaluated apart, and their results are joined', async () => {
  const first = policyOf(main(rule('deny', 'one', '\ttrue')));
  const second = policyOf(main(rule('deny', 'two', '\tcount(data.rule_data__configuration__) == 1')), {
    ruleData: { a: 1 },
  });
  const policy = { ...first, sources: [...first.sources, ...second.sources] };
  assert.deepEqual((await outcome(policy)).violations, ['one says no', 'two says no']);
});

test('a warning warns, texts are results, and violation_x is a rule, too', async () => {
  const text = 'warn_later contains "soon"\nviolation_x contains "bare"\nother contains "nothing"';
  const { violations, warnings } = await outcome(policyOf(main(text)));
  assert.deepEqual([violations, warnings], [['bare'], ['soon']]);
});

test('an exception takes the results of its rule away', async () => {
  const text = 'deny_a contains "a"\ndeny_b contains "b"\nexception contains ["a"]';
  assert.deepEqual((await outcome(policyOf(main(text)))).violations, ['b']);
});

test('only packages that are included are evaluated', async () => {
  const files = {
    'main.rego': `package main\n${rule('deny', 'loud', '\ttrue')}`,
    'broken.rego': 'package broken\ndeny contains {"code": "broken.x", "nothing": true}',
  };
  const { violations } = await outcome(policyOf(files, { config: { include: ['main'] } }));
  assert.deepEqual(violations, ['loud says no']);
  await assert.rejects(outcome(policyOf(files)), /broken\.deny gave a result without a text msg/);
});

test('a criterion with a term gets its package evaluated', async () => {
  const text =
    'deny contains {"code": "main.x", "msg": "x", "term": t} if some t in ["a", "b"]\n\n# METADATA\n# custom:\n#   short_name: x\ndeny contains {"code": "main.x", "msg": "never"} if false';
  const files = {
    'main.rego': `package main\n${text}`,
    'other.rego': 'package other\ndeny contains {"code": "other.y", "msg": "y"}',
  };
  const { report, violations } = await outcome(
    policyOf(files, { config: { include: ['main.x:b', 'other'] } }),
  );
  assert.deepEqual(violations, ['x', 'y']);
  assert.deepEqual(report.components[0]!.violations[0]!.metadata.term, 'b');
});

test('a package in a package is not reached, and the reader is told', async () => {
  const files = {
    'a.rego': 'package a\ndeny contains "a"',
    'nested.rego': 'package a.inner\ndeny contains "inner"',
  };
  const { report, violations } = await outcome(policyOf(files));
  assert.deepEqual(violations, ['a']);
  assert.match(report.diagnostics!.join(), /package a\.inner is not evaluated/);
});

test('ec-policy chooses rules by the intention of the pipeline', async () => {
  const intention = '#   pipeline_intention: [release]\n';
  const files = main(rule('deny', 'always', '\ttrue'), rule('deny', 'release', '\ttrue', intention));
  const plain = await outcome(policyOf(files), { filterType: 'ec-policy' });
  assert.deepEqual(plain.violations, ['always says no']);
  const release = policyOf(files, { ruleData: { pipeline_intention: ['release'] } });
  assert.deepEqual((await outcome(release, { filterType: 'ec-policy' })).violations, ['release says no']);
});

test('the time of the attestation is the end of the build', async () => {
  const finished = '2026-03-04T05:06:07Z';
  const other = await pushImage(place.store, repository, { tag: '2', config: { a: 1 } });
  const statement = provenanceOf(other, {
    runDetails: { builder: { id: 'https://b.example' }, metadata: { finishedOn: finished } },
  });
  await sign(place.store, repository, other, signer);
  await attest(place.store, repository, other, signer, statement);
  const report = await validate(policyOf(main(rule('deny', 'quiet', '\tfalse'))), {
    snapshot: snapshotOfImage(`${repository}:2`),
    effectiveTime: 'attestation',
  });
  assert.equal(report.effectiveTime.toISOString(), '2026-03-04T05:06:07.000Z');
});

test('inputs and statements are kept when asked for', async () => {
  const policy = policyOf(main(rule('deny', 'quiet', '\tfalse')));
  assert.deepEqual((await validate(policy)).policyInputs, []);
  const kept = await validate(policy, { keepInputs: true });
  assert.equal(kept.policyInputs.length, 1);
  assert.deepEqual(kept.statements, [provenanceOf(digest)]);
});

suite('no verdict', () => {
  for (const [name, files, code, message] of [
    ['no Rego', { 'x.json': '{}' }, 'InvalidSource', /no rego files found/],
    ['not Rego', { 'x.rego': 'package' }, 'InvalidSource', /policy compilation error: .*x\.rego:1/],
    ['unknown function', main('deny contains "x" if ec.nothing("a")'), 'InvalidSource', /undefined function/],
    [
      'the network',
      main('deny contains "x" if http.send({"method": "get", "url": "http://localhost"})'),
      'InvalidSource',
      /undefined function http\.send/,
    ],
    [
      'the environment',
      main('deny contains opa.runtime().env.HOME'),
      'InvalidSource',
      /undefined function opa\.runtime/,
    ],
    ['a value that is no result', main('deny if true'), 'InvalidRule', /returns an unsupported value/],
    [
      'a code twice',
      main(rule('deny', 'same', '\ttrue'), rule('deny', 'same', '\tfalse')),
      'InvalidRule',
      /second rule with the same code: `main\.same`/,
    ],
    [
      'a conflict',
      main('deny contains x\n\nx := "1"\n\nx := "2" if input.image'),
      'EvaluationFailed',
      /registry\.example.*eval_conflict_error/,
    ],
  ] as const) {
    test(name, async () => {
      await assert.rejects(validate(policyOf(files)), (error: PolicyError) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.ok(error.hint);
        return true;
      });
    });
  }

  test('everything excluded', async () => {
    const policy = policyOf(main(rule('deny', 'a', '\ttrue')), { config: { exclude: ['*'] } });
    await assert.rejects(validate(policy), { code: 'NoResults' });
  });

  test('a policy that runs on and on', async () => {
    const body =
      '\tcount([1 | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); i == j]) > 0';
    await assert.rejects(
      validate(policyOf(main(rule('deny', 'slow', body))), { limits: { steps: 100_000 } }),
      {
        code: 'EvaluationFailed',
        message: /used more than 100000 steps/,
      },
    );
  });

  test('nobody is named to sign', async () => {
    const { publicKey: _, ...policy } = policyOf(main(rule('deny', 'a', '\ttrue')));
    await assert.rejects(validate(policy), { code: 'InvalidPolicy', message: /neither which key nor whose/ });
  });

  test('an identity without a trust root', async () => {
    const { publicKey: _, ...policy } = policyOf(main(rule('deny', 'a', '\ttrue')));
    const identity = { subject: 'me', issuer: 'https://issuer.example' };
    await assert.rejects(validate({ ...policy, identity }), { code: 'InvalidPolicy' });
  });
});
