import { join } from 'node:path';
import type { Home } from '../home.ts';

/** The private files that access to the API is made of. */
export function accessFiles(home: Home): { adminToken: string; tokenKey: string; authority: string } {
  return {
    adminToken: join(home.access, 'admin.token'),
    tokenKey: join(home.access, 'service-account.key'),
    authority: join(home.access, 'ca.crt'),
  };
}
