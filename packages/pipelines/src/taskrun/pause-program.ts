import { chmodSync, writeFileSync } from 'node:fs';
import { endianness } from 'node:os';

/** The machine's number in an ELF header, and a loop around the system call that waits for a signal. */
const machines: Partial<Record<NodeJS.Architecture, { machine: number; code: number[] }>> = {
  // mov eax, 34 (pause); syscall; jmp back
  x64: { machine: 62, code: [0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7] },
  // mov x0..x3, #0; mov x8, #73 (ppoll); svc #0; b back
  arm64: {
    machine: 183,
    code: [
      ...[0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2, 0x03, 0x00, 0x80, 0xd2],
      ...[0x28, 0x09, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4, 0xfa, 0xff, 0xff, 0x17],
    ],
  },
};

const headerSize = 64;
const programHeaderSize = 56;
const base = 0x400000n;

/**
 * A program that does nothing until it is killed, as an ELF file (System V ABI, "Object Files") without needs: the first
 * process of a container in which a step is to be looked at before it starts or after it has failed. Images need not
 * have anything of that kind.
 * @throws Error on a machine that it is not written for
 */
export function pauseProgram(architecture: NodeJS.Architecture = process.arch): Buffer {
  const found = machines[architecture];
  if (!found || endianness() !== 'LE') throw new Error(`no breakpoints on a machine of kind ${architecture}`);
  const start = headerSize + programHeaderSize;
  const file = Buffer.alloc(start + found.code.length);
  const entry = base + BigInt(start);
  // Identification: magic, 64 bits, little endian, version 1.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(found.machine, 18);
  file.writeUInt32LE(1, 20); // version
  file.writeBigUInt64LE(entry, 24);
  file.writeBigUInt64LE(BigInt(headerSize), 32); // of the program headers
  file.writeUInt16LE(headerSize, 52);
  file.writeUInt16LE(programHeaderSize, 54);
  file.writeUInt16LE(1, 56); // one of them
  file.writeUInt32LE(1, headerSize); // to be loaded
  file.writeUInt32LE(5, headerSize + 4); // readable, executable
  file.writeBigUInt64LE(base, headerSize + 16);
  file.writeBigUInt64LE(base, headerSize + 24);
  file.writeBigUInt64LE(BigInt(file.length), headerSize + 32);
  file.writeBigUInt64LE(BigInt(file.length), headerSize + 40);
  file.writeBigUInt64LE(0x1000n, headerSize + 48); // alignment
  file.set(found.code, start);
  return file;
}

/** Writes it as an executable. */
export function writePauseProgram(path: string): void {
  writeFileSync(path, pauseProgram());
  chmodSync(path, 0o755);
}
