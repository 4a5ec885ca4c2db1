import { type Command, Option } from 'commander';

/** The images of a command. */
export interface ImageFlags {
  image?: string;
  images?: string;
  snapshot?: string;
  filePath?: string;
  jsonInput?: string;
}

export function addImageFlags(command: Command): void {
  command
    .option('-i, --image <reference>', 'an image')
    .option('--images <file>', 'a Snapshot, or its spec, as a file or inline')
    .option('--snapshot <name>', 'a Snapshot of the running factory, [NAMESPACE/]NAME, or its spec inline')
    .addOption(new Option('-f, --file-path <file>').hideHelp())
    .addOption(new Option('-j, --json-input <json>').hideHelp());
}
