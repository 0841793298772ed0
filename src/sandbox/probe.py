# Looks at each wall from inside and prints "name on|off what was seen". The expected values come on stdin.
import ctypes, errno, os, resource, socket, sys

want = dict(line.split('=', 1) for line in sys.stdin.read().splitlines())
libc = ctypes.CDLL(None, use_errno=True)
status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines())


def say(name, on, seen):
    print(name, 'on' if on else 'off', seen)


def refused(call, *codes):
    try:
        call()
    except OSError as error:
        return error.errno in codes, os.strerror(error.errno)
    return False, 'it was allowed'


def syscall(number, *args):
    if libc.syscall(number, *args) < 0:
        raise OSError(ctypes.get_errno(), '')


def limit(name, which, value):
    soft, hard = resource.getrlimit(which)
    say(name, soft == hard == int(want[value]), f'limit {hard}')


def read(path):
    try:
        return open(path, 'rb').read()
    except OSError as error:
        return b''


def run_from_tmp():
    with open('/usr/bin/true', 'rb') as source, open('/tmp/run', 'wb') as copy:
        copy.write(source.read())
    os.chmod('/tmp/run', 0o755)
    try:
        libc.execve(b'/tmp/run', (ctypes.c_char_p * 2)(b'run'), (ctypes.c_char_p * 1)())
        raise OSError(ctypes.get_errno(), '')
    finally:
        os.unlink('/tmp/run')


uid = read('/proc/self/uid_map').split()
say('unprivileged-uid', uid and uid[1] != b'0' and uid[2] == b'1', f'uid map {b" ".join(uid).decode()}')
pids = [int(p) for p in os.listdir('/proc') if p.isdigit()]
say('pid-namespace', max(pids) < 1000 and len(pids) < 10, f'{len(pids)} processes in view')
devices = [line.split(':')[0].strip() for line in open('/proc/net/dev').read().splitlines()[2:]]
say('net-namespace', devices == ['lo'] and os.readlink('/proc/self/ns/net') != want['net'], ' '.join(devices))
for name in ('ipc', 'uts', 'cgroup'):
    say(name + '-namespace', os.readlink('/proc/self/ns/' + name) != want[name], os.readlink('/proc/self/ns/' + name))
say('own-root', not (set(os.listdir('/')) & {'etc', 'root', 'home', 'var'}), ' '.join(sorted(os.listdir('/'))))
for name, path in (('read-only-usr', '/usr'), ('read-only-root', '/')):
    say(name, os.statvfs(path).f_flag & os.ST_RDONLY, 'mounted read-only' if os.statvfs(path).f_flag & 1 else 'writable')
tmp = os.statvfs('/tmp')
say('tmp-quota', tmp.f_blocks * tmp.f_frsize == int(want['tmp_bytes']) and tmp.f_files == int(want['tmp_inodes']),
    f'{tmp.f_blocks * tmp.f_frsize} bytes, {tmp.f_files} inodes')
say('no-capabilities', int(status['CapEff'], 16) == int(status['CapPrm'], 16) == 0 and status['NoNewPrivs'].strip() == '1',
    'CapEff ' + status['CapEff'].strip() + ', NoNewPrivs ' + status['NoNewPrivs'].strip())
seen = refused(lambda: socket.socket(socket.AF_INET), errno.EPERM)
say('seccomp', status['Seccomp'].strip() == '2' and seen[0], 'an internet socket: ' + seen[1])
seen = refused(run_from_tmp, errno.EACCES)
say('landlock', seen[0], 'running a file of /tmp: ' + seen[1])
limit('address-space-limit', resource.RLIMIT_AS, 'memory')
say('cpu-limit', resource.getrlimit(resource.RLIMIT_CPU)[1] == int(want['cpu']), f'{resource.getrlimit(resource.RLIMIT_CPU)[1]} s')
limit('file-size-limit', resource.RLIMIT_FSIZE, 'file_size')
limit('open-files-limit', resource.RLIMIT_NOFILE, 'open_files')
limit('process-limit', resource.RLIMIT_NPROC, 'processes')
limit('timer-limit', 11, 'timers')  # RLIMIT_SIGPENDING
limit('core-limit', resource.RLIMIT_CORE, 'zero')
environments = [read(f'/proc/{pid}/environ') for pid in pids]
say('empty-environment', not os.environ and not any(environments), f'{len(os.environ)} variables')
fds = [fd for fd in range(3, 256) if not refused(lambda: os.fstat(fd), errno.EBADF)[0]]
say('closed-descriptors', not fds, f'{len(fds)} more than its own')
say('new-session', os.getsid(0) != 0, f'session {os.getsid(0)}')
hidden = refused(lambda: os.listdir(f'/proc/{os.getppid()}/fd'), errno.EACCES, errno.EPERM)
say('hidden-driver', hidden[0], 'its descriptors: ' + hidden[1])
