# Runs inside the sandbox: one warm interpreter that forks for every test. It holds no expected output.
# Messages on descriptor 3: a kind byte, a 4-byte little-endian length, the payload.
#   in  C  a text of the judge's own         out  C  the text compiled and marshalled
#   in  L  u32 length, program, harness (C)  out  L  "" or why the program does not compile
#   in  T  processor seconds; descriptors    out  E  wait status, processor us, peak KiB, left-overs
# The starter (sandbox.cc) has made `ctl` of descriptor 3.
import _ctypes, _sitebuiltins, _weakref, builtins, gc, io, marshal, os, resource, sys

os.set_inheritable(3, False)
WARM = ('collections', 'heapq', 'bisect', 'math', 'itertools', 'functools', 're', 'random', 'string', 'datetime',
        'copy', 'json', 'typing', 'operator', 'statistics', 'fractions', 'decimal', 'array', 'time', 'threading')
FILE = '/tmp/main.py'
CONFINED, OWN_PIDS = '--confined' in sys.argv, '--own-pids' in sys.argv


def receive(n):
    data = bytearray()
    while len(data) < n:
        part = ctl.recv(min(n - len(data), 1 << 20))
        if not part:
            os._exit(0)
        data += part
    return bytes(data)


def send(kind, payload):
    ctl.sendall(kind + len(payload).to_bytes(4, 'little') + payload)


def limit(cpu):
    if cpu > 0:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    try:
        resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (ValueError, OSError):
        pass


# As the interpreter itself makes them: programs look at their names and modes.
def standard_streams():
    def stream(fd, name, mode, errors, **more):
        raw = io.FileIO(fd, mode, closefd=False)
        raw.name = '<%s>' % name
        text = io.TextIOWrapper((io.BufferedReader if mode == 'r' else io.BufferedWriter)(raw), 'utf-8', errors, **more)
        text.mode = mode
        setattr(sys, name, text)
        setattr(sys, '__%s__' % name, text)
    stream(0, 'stdin', 'r', 'surrogateescape')
    stream(1, 'stdout', 'w', 'surrogateescape', newline='\n')
    stream(2, 'stderr', 'w', 'backslashreplace', newline='\n', line_buffering=True)


# The words of the lines that import something.
def imported(text):
    lines = (line.strip() for line in text.replace(b';', b'\n').split(b'\n'))
    return {word for line in lines if line.startswith((b'import ', b'from '))
            for word in line.replace(b',', b' ').replace(b'.', b' ').split()}


def serve():
    code = harness = None
    clean = []
    while True:
        head, fds, _, _ = ctl.recvmsg(1, 256)
        if not head:
            os._exit(0)
        payload = receive(int.from_bytes(receive(4), 'little'))
        fds = [int.from_bytes(data[i:i + 4], sys.byteorder) for _, _, data in fds for i in range(0, len(data), 4)]
        if head == b'C':
            send(b'C', marshal.dumps(compile(payload, '<harness>', 'exec')))
            continue
        if head == b'L':
            n = int.from_bytes(payload[:4], 'little')
            text, harness_code = payload[4:4 + n], payload[4 + n:]
            # Compiling runs nothing of the program; a text that breaks the compiler ends only this sandbox.
            try:
                code = compile(text, FILE, 'exec', dont_inherit=True)
            except BaseException as error:
                send(b'L', f'{type(error).__name__}: {error}'[:500].encode('utf-8', 'replace'))
                continue
            harness = marshal.loads(harness_code) if harness_code else None
            words = imported(text)
            for name in WARM:
                if name.encode() in words or name.encode() in harness_code:
                    __import__(name)
            if CONFINED:
                with open(FILE, 'wb') as file:
                    file.write(text)
                clean = os.listdir('/tmp')
            gc.freeze()
            send(b'L', b'')
            continue
        pid = os.fork()
        if pid == 0:
            ctl.close()
            for target, fd in enumerate(fds):
                os.dup2(fd, target)
            os.closerange(len(fds), 64)
            limit(int(payload))
            standard_streams()
            return code, harness
        for fd in fds:
            os.close(fd)
        _, status, usage = os.wait4(pid, 0)
        try:  # whatever the program left running
            OWN_PIDS and os.kill(-1, 9)
        except OSError:
            pass
        used = int((usage.ru_utime + usage.ru_stime) * 1e6)
        send(b'E', b'%d %d %d %d' % (status, used, usage.ru_maxrss, CONFINED and os.listdir('/tmp') != clean))


if '--hide' in sys.argv:
    # PR_SET_DUMPABLE 0: the files of this process and of its children under /proc belong to nobody inside.
    if _ctypes.call_function(_ctypes.dlsym(_ctypes.dlopen(None, 2), 'prctl'), (4, 0, 0, 0, 0)) != 0:
        os._exit(124)
builtins.exit = _sitebuiltins.Quitter('exit', 'Ctrl-D')
builtins.quit = _sitebuiltins.Quitter('quit', 'Ctrl-D')
builtins.help = _sitebuiltins._Helper()
for folder in ('/usr/local/lib/python%d.%d/dist-packages' % sys.version_info[:2], '/usr/lib/python3/dist-packages'):
    if os.path.isdir(folder):
        sys.path.append(folder)
os.environ.clear()  # the interpreter itself sets LC_CTYPE
os.dup2(0, 2)
send(b'R', b'')
code, harness = serve()

# From here on this is the child, and the program runs as if it had been started by itself.
main = type(sys)('__main__')
main.__file__ = FILE
main.__builtins__ = builtins
main.__cached__ = None
main.__annotations__ = {}
if harness is None:
    sys.path.insert(0, '/tmp')  # a harness imports nothing that a program may have written
else:
    main.__program__ = code
sys.modules['__main__'] = main
sys.argv = [FILE]
del serve, send, receive, ctl


def flushed(name):
    stream = getattr(sys, name, None)
    try:
        closed = stream is None or stream.closed
    except BaseException:
        closed = False
    try:
        closed or stream.flush()
    except BaseException as error:
        os.write(2, f'{type(error).__name__}: {error}\n'.encode('utf-8', 'replace'))
        return False
    return True


# Collected together with a function that uses it, a file would lose what it holds.
def write_out(value):
    file = value.__self__ if type(value) is type(len) else value
    try:
        if type(file) in (io.TextIOWrapper, io.BufferedWriter):
            file.flush()
    except (ValueError, OSError):
        pass


# What the interpreter does at the end of a program, in its order, without taking itself apart: that costs more than
# most tests. Streams that the program made itself are flushed while its names still stand; then its objects end.
def finish(status):
    global main
    if 'threading' in sys.modules:
        sys.modules['threading']._shutdown()
    if 'atexit' in sys.modules:
        sys.modules['atexit']._run_exitfuncs()
    whole = flushed('stdout') & flushed('stderr')
    for value in list(main.__dict__.values()):
        write_out(value)
    value = None
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    left = _weakref.ref(main)
    del main, sys.modules['__main__']
    gc.collect()
    if left() is not None:
        left().__dict__.clear()
        gc.collect()
    write_out(sys.stdout)
    write_out(sys.stderr)
    os._exit(status & 255 if whole else 120)


try:
    exec(code if harness is None else harness, main.__dict__)
except SystemExit as error:
    if error.code is not None and not isinstance(error.code, int):
        print(error.code, file=sys.stderr)
    end = 0 if error.code is None else error.code if isinstance(error.code, int) else 1
    end = end if abs(end) < 1 << 63 else -1
except BaseException as error:
    sys.excepthook(type(error), error, error.__traceback__ and error.__traceback__.tb_next)
    end = 1
else:
    end = 0
finish(end)
