/** What the observer's process is told by the one that starts it, over its standard input. */
export interface ObserverSettings {
  /** The API's Unix socket. */
  apiSocket: string;
  /** The observer's own token; it opens nothing but what the observer may do. */
  token: string;
  /** Where the signing key is, or is made at the first start. */
  keys: string;
  /** The factory's own registry, as references name it. */
  registryHost: string;
}
