// The scenarios of Conforma's `validate image` against packages/policy: the same policies and policy configurations, an image signed here, and the violations,
// warnings and successes of Conforma's committed snapshots.
//
//   bin/assay-node conformance/conforma-image.ts <checkout of conforma/cli>
//
// A scenario runs when all it needs is one image that is signed and attested by the right key, and policies with their configuration inline; the others
// (other keys, images with content, several images) are listed as skipped. Ends with `N passed, N failed`.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  attachAttestation,
  attachImageSignature,
  encodeStatement,
  generateSigningKey,
  type Signer,
  signEnvelope,
  statementPayloadType,
} from '@assay/attestation';
import { type ContentStore, mediaTypes, openLayoutStore } from '@assay/oci';
import {
  formatReport,
  readEffectiveTime,
  readPolicySpec,
  snapshotOfImage,
  validateImage,
} from '@assay/policy';

const [checkout] = process.argv.slice(2);
if (checkout === undefined || !existsSync(join(checkout, 'features/validate_image.feature'))) {
  console.error('usage: conforma-image.ts DIRECTORY, a checkout of conforma/cli');
  process.exit(2);
}

/** Steps that set up what this program does not. */
const beyond =
  /unknown|patched|mismatched|with config|certificate|[Kk]eyless|labels|layer|multi-arch|bundle|SLSA v1|OLM|referrer|tag-based|blob|image manifest|image config/;
const listed = ['violations', 'warnings', 'successes'] as const;

interface Scenario {
  name: string;
  text: string;
  command: string;
  policy: string;
  expected: string;
}

type Result = { msg: string; metadata?: Record<string, unknown> };
type Component = Partial<Record<(typeof listed)[number], Result[]>>;

const work = mkdtempSync(join(tmpdir(), 'assay-conforma-image-'));
const repository = 'registry.example/acceptance/image';
let passed = 0;
let failed = 0;
const skipped: string[] = [];
try {
  const { signer } = await generateSigningKey('');
  const store = openLayoutStore(join(work, 'registry'));
  const digest = await pushSigned(store, signer);
  for (const text of readFileSync(join(checkout, 'features/validate_image.feature'), 'utf8')
    .split(/^ {2}Scenario: /m)
    .slice(1)) {
    const scenario = readScenario(text);
    if (typeof scenario === 'string') skipped.push(scenario);
    else if (await holds(scenario, { signer, store, image: `${repository}@${digest}` })) passed += 1;
    else failed += 1;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`skipped: ${skipped.join('; ')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** The scenario, or its name when it is not one for here. */
function readScenario(text: string): Scenario | string {
  const name = text.slice(0, text.indexOf('\n')).trim();
  const snapshots = readFileSync(join(checkout!, 'features/__snapshots__/validate_image.snap'), 'utf8');
  const at = snapshots.indexOf(`[TestFeatures/${name}:stdout - 1]\n`);
  const expected = at < 0 ? '' : snapshots.slice(snapshots.indexOf('\n', at) + 1).split('\n---\n')[0]!;
  const command = /ec command is run with "(.*)"/.exec(text)?.[1] ?? '';
  const policy =
    /policy configuration named "[^"]+" with specification\s*"""([\s\S]*?)"""/.exec(text)?.[1] ??
    /--policy (\{.*?\}) --/.exec(command)?.[1];
  const plain = policy !== undefined && expected.trimStart().startsWith('{') && command.includes('--image ');
  const scoped = /imageRef|imageUrl/.test(policy ?? '');
  if (!plain || scoped || beyond.test(text) || /--skip-\w+-sig-check/.test(command)) return name;
  return { name, text, command, policy, expected };
}

async function holds(
  scenario: Scenario,
  { signer, store, image }: { signer: Signer; store: ContentStore; image: string },
): Promise<boolean> {
  const { name, command } = scenario;
  const flag = (wanted: string) => new RegExp(`--${wanted}[= ](\\S+)`).exec(command)?.[1];
  try {
    const policy = readPolicySpec(localPolicy(scenario), name);
    const effectiveTime = flag('effective-time');
    const { identity: _, ...spec } = policy;
    const report = await validateImage({
      policy: { ...spec, publicKey: signer.publicKey.pem },
      snapshot: snapshotOfImage(image),
      store: () => store,
      info: command.includes('--info'),
      filterType: flag('filter-type') === 'ec-policy' ? 'ec-policy' : 'include-exclude',
      ...(effectiveTime && { effectiveTime: readEffectiveTime(effectiveTime, new Date(), true) }),
      extraRuleData: Object.fromEntries(
        [...command.matchAll(/--extra-rule-data (\S+?)=(\S+)/g)].map(([, key, value]) => [key, value]),
      ),
    });
    const view = {
      showSuccesses: /--show-successes(?!=false)/.test(command),
      showWarnings: true,
      showPolicyDocsLink: false,
      color: false,
    };
    const [ours] = (JSON.parse(formatReport(report, 'json', view)) as { components: Component[] }).components;
    // Unquoted placeholders stand for texts, too.
    const theirs = (
      JSON.parse(scenario.expected.replace(/"\$\{[^"]*\}"/g, '"X"')) as { components: Component[] }
    ).components[0];
    const [mine, wanted] = [comparable(ours), comparable(theirs)];
    if (mine === wanted) return true;
    console.log(`${name}: different\n  ours:   ${mine}\n  theirs: ${wanted}`);
  } catch (error) {
    console.log(`${name}: ${(error as Error).message}`);
  }
  return false;
}

/** The configuration with its git repositories laid out as directories. */
function localPolicy({ name, text, policy }: Scenario): string {
  const places = new Map<string, string>();
  for (const [, repository, rows] of text.matchAll(
    /a git repository named "([^"]+)" with\n((?:\s*\|.*\n)+)/g,
  )) {
    const directory = mkdtempSync(join(work, 'policy-'));
    for (const [, path, example] of rows!.matchAll(/\|\s*(\S+)\s*\|\s*(\S+)\s*\|/g)) {
      mkdirSync(dirname(join(directory, path!)), { recursive: true });
      copyFileSync(join(checkout!, 'acceptance', example!), join(directory, path!));
    }
    places.set(repository!, directory);
  }
  return policy
    .replace(
      /git::(?:https:\/\/)?\$\{GITHOST\}\/git\/([\w-]+)(?:\.git)?(?:\/(\/[\w./-]*))?/g,
      (_, repository: string, path = '') => `${places.get(repository) ?? `/no/${name}`}${path}`,
    )
    .replace(/\$\{[^}]*\}/g, 'X');
}

/** Results without what differs from run to run: times, in messages and metadata. */
function comparable(component: Component | undefined): string {
  const time = /\$\{TIMESTAMP\}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;
  return JSON.stringify(
    listed.map((list) =>
      (component?.[list] ?? []).map(({ msg, metadata }) => ({
        msg: msg.replace(time, 'T'),
        ...(metadata && {
          metadata: { ...metadata, ...(metadata.effective_on !== undefined && { effective_on: 'T' }) },
        }),
      })),
    ),
  );
}

async function pushSigned(store: ContentStore, signer: Signer): Promise<string> {
  const layer = await store.putBlob(repository, Buffer.from('layer'));
  const config = await store.putBlob(
    repository,
    Buffer.from('{"architecture":"amd64","os":"linux","config":{}}'),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.size },
    layers: [{ mediaType: mediaTypes.layerTar, digest: layer.digest, size: layer.size }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const { digest } = await store.putManifest(repository, 'latest', bytes, mediaTypes.manifest);
  const image = { store, repository, digest };
  const created = '2026-01-01T00:00:00Z';
  await attachImageSignature(image, signer, { created });
  const predicateType = 'https://slsa.dev/provenance/v0.2';
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ name: repository, digest: { sha256: digest.slice(7) } }],
    predicateType,
    predicate: {
      buildType: 'https://tekton.dev/attestations/chains/pipelinerun@v2',
      builder: { id: 'https://tekton.dev/chains/v2' },
      invocation: { configSource: {} },
      metadata: { buildStartedOn: created, buildFinishedOn: '2022-01-01T00:00:00Z' },
    },
  };
  const envelope = await signEnvelope(statementPayloadType, encodeStatement(statement), signer);
  await attachAttestation(image, { envelope, predicateType, signer }, { created });
  return digest;
}
