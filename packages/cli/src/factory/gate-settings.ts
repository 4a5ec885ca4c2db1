/** What the gate's process is told by the one that starts it, over its standard input. */
export interface GateSettings {
  /** The API's Unix socket. */
  apiSocket: string;
  /** The gate's own token; it opens nothing but what the gate may do. */
  token: string;
  /** Where the gate's key is, or is made at the first start; not the observer's. */
  keys: string;
  /** The factory's own registry, as references name it. */
  registryHost: string;
}
