/** Accounts of every image of ours; 65532 is what images call `nonroot`. */
export const accountFiles = {
  '/etc/passwd': [
    'root:x:0:0:root:/root:/bin/sh',
    'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
    'nonroot:x:65532:65532:nonroot:/home/nonroot:/bin/sh',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    '',
  ].join('\n'),
  '/etc/group': [
    'root:x:0:',
    'daemon:x:1:',
    'tty:x:5:',
    'staff:x:50:',
    'nonroot:x:65532:',
    'nogroup:x:65534:',
    '',
  ].join('\n'),
  '/etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

export const homeDirectories = {
  '/root': { mode: 0o700 },
  '/home': { mode: 0o755 },
  '/home/nonroot': { mode: 0o700, uid: 65532, gid: 65532 },
  '/tmp': { mode: 0o1777 },
};
