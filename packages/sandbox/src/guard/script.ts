/**
 * The guard's program, for any POSIX shell. It is the first process of its own pid namespace: when it ends, the
 * kernel kills all that runs in there; and it ends when its standard input does or when its parent dies. What it
 * mounts is seen by nobody else and goes with it.
 *
 * Arguments: the sandbox's directory, where to bind it, the owner's directory below it, the runtime's command,
 * what to do about cgroups (`keep`, `unmount-unified`, `cover`), `none` or `egress`, the user-mode network's program
 * (may be empty), the cgroup hierarchies' directories with `:` between, the first container's cgroup, then each service
 * as `port=socket path`.
 *
 * Commands on standard input, a line each: `run NAME DIRECTORY` sources the file `start` in that directory and takes
 * the exit code from its variable `code`; `enter CGROUP` moves the guard to where the next container is to be:
 * moving a process takes the kernel milliseconds, so it's done ahead, and what the guard starts is born there;
 * `kill NAME SIGNAL ID` has the runtime do it, `signal SIGNAL PID...` the shell. Reports on descriptor 3: `guard HOSTPID`,
 * `service PID PORT`, `network up|down`, `ready`, `exit NAME CODE`, `failed WHAT`.
 */
export const guardScript = `
home=$1 at=$2 owner=$3 runtime=$4 cgroups=$5 network=$6 slirp=$7 hierarchies=$8 first=$9
shift 9
die() { echo "failed $1" >&3; exit 1; }
read -r pid rest </proc/self/stat && echo "guard $pid" >&3
mount -t proc -o nosuid,nodev,noexec proc /proc || die 'mounting /proc'
mount --bind "$home" "$at" && cd "$at/$owner" || die 'binding the sandbox directory'
at=$at/$owner
case $cgroups in
unmount-unified) umount /sys/fs/cgroup/unified || die 'unmounting the unified cgroup tree' ;;
cover) mount -t tmpfs tmpfs /sys/fs/cgroup || die 'covering the cgroup tree' ;;
esac
unshare --net="$at/net" sh -c '
ip link set lo up && mount -t sysfs sysfs "$1" && echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
' network "$at/sys" || die 'preparing the network namespace'
if [ "$network" = egress ]; then
  if [ -n "$slirp" ]; then
    ( exec "$slirp" --netns-type=path --configure --mtu=65520 --disable-host-loopback --enable-sandbox \\
        --enable-seccomp --ready-fd=5 "$at/net" tap0 5>&1 >/dev/null 3>&- ) |
      ( read -r up; if [ "$up" = 1 ]; then echo 'network up' >&3; else echo 'network down' >&3; fi ) &
  fi
  for service; do
    nsenter --net="$at/net" socat "TCP-LISTEN:\${service%%=*},bind=127.0.0.1,fork,reuseaddr" \\
      "UNIX-CONNECT:\${service#*=}" 3>&- &
    echo "service $! \${service%%=*}" >&3
  done
fi
enter() {
  local IFS=: dir
  for dir in $hierarchies; do echo 0 >"$dir/$1/cgroup.procs" || die 'joining the cgroup'; done
}
[ -z "$first" ] || enter "$first"
echo ready >&3
while read -r verb name argument id; do
  case $verb in
  run) (
    code=125
    . "$at/$argument/start"
    echo "exit $name $code" >&3
  ) & ;;
  enter) enter "$name" ;;
  signal) kill -s "$name" $argument $id 2>/dev/null ;;
  kill) "$runtime" --root "$at/state" kill "$id" "$argument" >/dev/null 2>&1 3>&- & ;;
  esac
done
exit 0
`;
