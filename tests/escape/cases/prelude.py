import ctypes, errno, os, resource, signal, socket, sys, time
libc = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    result = libc.syscall(ctypes.c_long(number), *args)
    if result < 0:
        raise OSError(ctypes.get_errno(), '')
    return result


def tell(action):
    try:
        action()
        print('allowed', flush=True)
    except OSError as error:
        print(errno.errorcode[error.errno], flush=True)
    except MemoryError:
        print('MemoryError', flush=True)


