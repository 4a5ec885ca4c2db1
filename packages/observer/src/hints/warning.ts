/** A type hint that was left out of a statement, and why. Names and values in it are the build's own words. */
export interface HintWarning {
  /** The result, param or image that was left out. */
  name: string;
  message: string;
}

/** Receives what is left out; a hint is never an error, since the build writes it. */
export type Warn = (warning: HintWarning) => void;

export const ignoreWarnings: Warn = () => {};

/** Build-controlled text for a message: bounded, on one line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}...` : text);
}
