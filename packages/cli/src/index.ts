export { CliError, type CliErrorCode, cliErrorCodes } from './error.ts';
export { exitCodes } from './exit-codes.ts';
export { type Factory, type FactoryOptions, startFactory } from './factory/factory.ts';
export { type Home, openHome } from './home.ts';
export { createProgram } from './program.ts';
