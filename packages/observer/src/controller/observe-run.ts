import {
  attachAttestation,
  attachImageSignature,
  type Envelope,
  encodeStatement,
  envelopePayload,
  type ImageLocation,
  parseEnvelope,
  provenanceFacts,
  readEvidence,
  type Signer,
  type Statement,
  type StoredAttestation,
  type StoredEvidence,
  signEnvelope,
  statementPayloadType,
  storedEnvelope,
  verifyEnvelope,
} from '@assay/attestation';
import type { ContentStore } from '@assay/oci';
import type { PipelineRun, TaskRun } from '@assay/tekton';
import { ObserverError } from '../error.ts';
import { createStatement } from '../formats/create-statement.ts';
import { hintedImages } from '../hints/artifacts.ts';
import { type HintImage, parseHintImage } from '../hints/image-name.ts';
import type { HintWarning } from '../hints/warning.ts';
import { familyOf, utcTime } from '../run/family.ts';
import type { ObserverConfig } from './config.ts';
import { payloadAnnotation, signatureAnnotation } from './marks.ts';

/** Verifiers stop reading at this size; a run that makes more is not attested. */
const maxStatementBytes = 64 * 1024 * 1024;

export interface ObserveParts {
  config: ObserverConfig;
  signer: Signer;
  contentStore(repository: string): ContentStore;
}

/** A finished run with what is left of its children. */
export interface FinishedRun {
  kind: 'TaskRun' | 'PipelineRun';
  run: TaskRun | PipelineRun;
  children: readonly TaskRun[];
  missingChildren: readonly string[];
}

/** What came of one attempt. */
export interface Observation {
  /** To be written on the run. */
  annotations: Record<string, string>;
  statement: Statement;
  /** Hints that were left out. */
  warnings: HintWarning[];
  /** Subjects that no registry holds, by name: attested, but not stored beside the artifact. */
  unplaced: string[];
  /** Images that were signed, as `repository@digest`. */
  signedImages: string[];
  /** What could not be stored; empty when all is well. */
  failures: Error[];
}

/**
 * Attests one finished run and signs the images that it names: statement, envelope, storage. Each image and each
 * kind of evidence stands for itself, so one that fails keeps no other back. What is stored already (by the run's
 * uid and this key) is not stored again, so that a repeated attempt completes the first: with what the first signed,
 * whatever was written on the run since.
 *
 * Repositories in results are the build's choice: `contentStore` decides which registries are let in.
 */
export async function observeRun(finished: FinishedRun, parts: ObserveParts): Promise<Observation> {
  const { config, signer } = parts;
  const { run, children } = finished;
  const warnings: HintWarning[] = [];
  const statement = createStatement(run, {
    format: config.format,
    builderId: config.builderId,
    buildType: config.buildType,
    deepInspection: config.deepInspection,
    extensions: config.extensions,
    children,
    missingChildren: finished.missingChildren,
    warn: (warning) => warnings.push(warning),
  });
  const payload = encodeStatement(statement);
  if (payload.length > maxStatementBytes) {
    throw new ObserverError(
      'StatementTooLarge',
      `the statement has ${payload.length} bytes, over ${maxStatementBytes}`,
      {
        hint: 'write large results to an artifact instead',
      },
    );
  }
  const key = `${finished.kind.toLowerCase()}-${run.metadata?.uid ?? ''}`;
  const envelope =
    envelopeOn(run, key, payload, signer) ?? (await signEnvelope(statementPayloadType, payload, signer));
  const observation: Observation = {
    annotations: {},
    statement,
    warnings,
    unplaced: [],
    signedImages: [],
    failures: [],
  };
  const stored = config.storage.includes('oci')
    ? await storeBesideImages(finished, observation, envelope, parts)
    : envelope;
  if (config.storage.includes('tekton')) {
    const signature = Buffer.from(JSON.stringify(stored)).toString('base64');
    const size = stored.payload.length + signature.length;
    if (size > Math.min(config.maxAnnotationBytes, annotationRoom(run))) {
      warnings.push({ name: key, message: `${size} bytes are too many for annotations` });
    } else {
      observation.annotations[payloadAnnotation(key)] = stored.payload;
      observation.annotations[signatureAnnotation(key)] = signature;
    }
  }
  return observation;
}

const ownPrefix = 'chains.tekton.dev/';
/** What Kubernetes allows for all annotations of an object, with room for the marks of signing. */
const maxObjectAnnotations = 255 * 1024;

/** How much the annotations that others wrote leave. */
function annotationRoom({ metadata }: FinishedRun['run']): number {
  const others = Object.entries(metadata?.annotations ?? {}).filter(([key]) => !key.startsWith(ownPrefix));
  const used = others.reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  return maxObjectAnnotations - used;
}

/** @returns the envelope that is stored: the given one, or that of an earlier attempt */
async function storeBesideImages(
  finished: FinishedRun,
  observation: Observation,
  made: Envelope,
  parts: ObserveParts,
): Promise<Envelope> {
  const { config, signer } = parts;
  const { statement } = observation;
  const created = utcTime(finished.run.status?.completionTime) ?? '1970-01-01T00:00:00Z';
  const attested = new Map<string, HintImage>();
  for (const subject of statement.subject) {
    const image = parseHintImage(`${subject.name}@sha256:${subject.digest?.sha256 ?? ''}`);
    if (image === undefined) observation.unplaced.push(subject.name ?? '');
    else attested.set(`${image.repository}@${image.digest}`, image);
  }
  const signed = new Map(
    imagesToSign(finished).map((image) => [`${image.repository}@${image.digest}`, image]),
  );
  const attempt = async (what: string, reference: string, action: () => Promise<void>) => {
    try {
      await action();
    } catch (cause) {
      const message = `could not store the ${what} of ${reference}: ${(cause as Error).message}`;
      observation.failures.push(new ObserverError('StorageFailed', message, { cause }));
    }
  };
  const isSame = (stored: StoredAttestation) => isSameRun(statement, made, stored);
  const places: { reference: string; image: ImageLocation; present: StoredEvidence[] }[] = [];
  let envelope: Envelope | undefined;
  for (const [reference, named] of new Map([...attested, ...signed])) {
    await attempt('evidence', reference, async () => {
      const image = { store: parts.contentStore(named.repository), ...named };
      const present = await readEvidence(image);
      places.push({ reference, image, present });
      if (attested.has(reference)) envelope ??= await storedEnvelope(present, signer, isSame);
    });
  }
  const stored = envelope ?? made;
  for (const { reference, image, present } of places) {
    const options = { created, forms: config.forms, present };
    if (attested.has(reference)) {
      await attempt('attestation', reference, async () => {
        const signedStatement = { envelope: stored, predicateType: statement.predicateType, signer };
        await attachAttestation(image, signedStatement, { ...options, isSame });
      });
    }
    if (signed.has(reference)) {
      await attempt('signature', reference, async () => {
        await attachImageSignature(image, signer, options);
        observation.signedImages.push(reference);
      });
    }
  }
  return stored;
}

/** The images in a TaskRun's results; of a PipelineRun's, those that no child has signed. */
function imagesToSign(finished: FinishedRun): HintImage[] {
  const own = hintedImages(finished.run.status?.results ?? []);
  if (finished.kind === 'TaskRun') return own;
  const { executed } = familyOf(finished.run as PipelineRun, finished.children);
  const theirs = new Set(
    executed.flatMap((child) =>
      hintedImages(child.status?.results ?? []).map((image) => `${image.repository}@${image.digest}`),
    ),
  );
  return own.filter((image) => !theirs.has(`${image.repository}@${image.digest}`));
}

/** The envelope of an earlier attempt, when it is about the very same statement and by this key. */
function envelopeOn(
  run: TaskRun | PipelineRun,
  key: string,
  payload: Uint8Array,
  signer: Signer,
): Envelope | undefined {
  const text = run.metadata?.annotations?.[signatureAnnotation(key)];
  if (text === undefined) return undefined;
  try {
    const envelope = parseEnvelope(Buffer.from(text, 'base64'));
    const isSame =
      envelope.payloadType === statementPayloadType && Buffer.from(payload).equals(envelopePayload(envelope));
    return isSame && verifyEnvelope(envelope, [signer.publicKey]) !== undefined ? envelope : undefined;
  } catch {
    return undefined;
  }
}

/** One run gets one statement of a kind: what another attempt stored stays, even if the run was relabelled since. */
function isSameRun(statement: Statement, envelope: Envelope, stored: StoredAttestation): boolean {
  if (Buffer.from(envelopePayload(envelope)).equals(stored.payload)) return true;
  if (stored.statement.predicateType !== statement.predicateType) return false;
  const mine = provenanceFacts(statement);
  const theirs = provenanceFacts(stored.statement);
  return (
    mine?.invocationId !== undefined &&
    mine.invocationId === theirs?.invocationId &&
    mine.builderId === theirs.builderId
  );
}
