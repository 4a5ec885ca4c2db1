import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Release, SlotQueue, type SlotRequest } from './slot-queue.ts';

const never = new AbortController().signal;

/** Asks for slots and writes down who gets one, in order. */
class Asking {
  readonly got: string[] = [];
  readonly held = new Map<string, Release>();
  readonly reasons = new Map<string, string>();
  readonly queue: SlotQueue;

  constructor(size: number) {
    this.queue = new SlotQueue(size);
  }

  ask(id: string, request: Partial<SlotRequest> = {}, signal = never): Promise<void> {
    const full = { namespace: 'default', run: id, ...request };
    return this.queue
      .acquire(full, signal, (why) => this.reasons.set(id, why))
      .then((release) => {
        if (!release) return;
        this.got.push(id);
        this.held.set(id, release);
      });
  }

  /** Has each that runs end, one after the other in the order in which they began, until none waits. */
  async drain(): Promise<string[]> {
    await settled();
    while (this.held.size > 0) {
      const [[id, release] = ['', () => {}]] = this.held;
      this.held.delete(id);
      release();
      await settled();
    }
    return this.got;
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('there are as many slots as its size, and one that is given back goes to the next', async () => {
  const asking = new Asking(2);
  for (const id of ['a', 'b', 'c', 'd']) void asking.ask(id);
  await settled();
  assert.deepEqual(asking.got, ['a', 'b']);
  assert.equal(asking.queue.waiting, 2);
  assert.equal(asking.reasons.get('c'), 'all 2 are taken');
  asking.held.get('b')!();
  asking.held.get('b')!();
  await settled();
  assert.deepEqual(asking.got, ['a', 'b', 'c']);
  assert.deepEqual([asking.queue.taken, asking.queue.waiting], [2, 1]);
});

test('runs take turns, however much one of them wants', async () => {
  const asking = new Asking(1);
  for (let index = 0; index < 5; index++) void asking.ask(`big-${index}`, { run: 'big' });
  void asking.ask('small-0', { run: 'small' });
  void asking.ask('small-1', { run: 'small' });
  assert.deepEqual(await asking.drain(), [
    ...['big-0', 'big-1', 'small-0', 'big-2', 'small-1'],
    ...['big-3', 'big-4'],
  ]);
});

test('namespaces take turns, however many runs one of them has', async () => {
  const asking = new Asking(1);
  for (let index = 0; index < 4; index++) void asking.ask(`a-${index}`, { namespace: 'a' });
  void asking.ask('b-0', { namespace: 'b', run: 'b' });
  void asking.ask('b-1', { namespace: 'b', run: 'b' });
  assert.deepEqual(await asking.drain(), ['a-0', 'a-1', 'b-0', 'a-2', 'b-1', 'a-3']);
});

test('a run with a limit of its own leaves the slots to others', async () => {
  const asking = new Asking(3);
  for (let index = 0; index < 3; index++) void asking.ask(`one-${index}`, { run: 'one', runLimit: 1 });
  void asking.ask('other');
  await settled();
  assert.deepEqual(asking.got, ['one-0', 'other']);
  assert.equal(asking.reasons.get('one-1'), 'this run may have 1 at once');
  assert.deepEqual(await asking.drain(), ['one-0', 'other', 'one-1', 'one-2']);
});

test('who gives up is passed over and leaves nothing behind', async () => {
  const asking = new Asking(1);
  const stop = new AbortController();
  void asking.ask('a');
  const given = asking.ask('b', {}, stop.signal);
  void asking.ask('c');
  stop.abort();
  await given;
  assert.equal(asking.queue.waiting, 1);
  assert.deepEqual(await asking.drain(), ['a', 'c']);
  assert.deepEqual([asking.queue.taken, asking.queue.waiting], [0, 0]);
  await asking.ask('late', {}, stop.signal);
  assert.equal(asking.got.includes('late'), false);
});

test('nobody is forgotten, limits hold, and between two turns of a run every other that waits has had one', async () => {
  const requests = fc.array(
    fc.record({
      namespace: fc.constantFrom('a', 'b', 'c'),
      run: fc.constantFrom('x', 'y', 'z'),
      runLimit: fc.constantFrom(undefined, 1, 2),
    }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 1, max: 4 }), async (wanted, size) => {
      const asking = new Asking(size);
      for (const [index, { runLimit, ...request }] of wanted.entries())
        void asking.ask(String(index), { ...request, ...(runLimit && { runLimit }) });
      await settled();
      assert.ok(asking.queue.taken <= size);
      const got = await asking.drain();
      assert.deepEqual([...got].sort(), wanted.map((_, index) => String(index)).sort());
      if (size > 1 || wanted.some(({ runLimit }) => runLimit)) return;
      // All came at once and one is served at a time: turns of namespaces alternate while more than one waits.
      const namespaces = got.map((id) => wanted[Number(id)]!.namespace);
      for (const [index, namespace] of namespaces.entries()) {
        if (index < 2 || namespace !== namespaces[index - 1]) continue;
        assert.ok(namespaces.slice(index).every((later) => later === namespace));
      }
    }),
    { numRuns: 100 },
  );
});
