# Calls one function of the program with JSON arguments and hands its value back for a comparison outside.
# Descriptor 3: the function's name, then one JSON value a line; descriptor 4: the value, as values.h reads it.
import builtins, json, os, sys

os.dup2(os.open('/dev/null', os.O_WRONLY), 1)  # what the program prints does not matter
if hasattr(sys, 'set_int_max_str_digits'):
    sys.set_int_max_str_digits(0)
sys.setrecursionlimit(600000)
STAR = ('string re datetime collections heapq bisect copy math random statistics itertools functools operator io '
        'sys json builtins typing').split()
SLOW = {'statistics': 'mean fmean median median_low median_high mode multimode stdev pstdev variance pvariance '
                      'quantiles harmonic_mean geometric_mean NormalDist linear_regression correlation covariance'}


def names(code, found):
    found.update(code.co_names)
    for constant in code.co_consts:
        if hasattr(constant, 'co_names'):
            names(constant, found)
    return found


def preamble(space, used):
    for module in STAR:
        if module in SLOW and not used.intersection(SLOW[module].split() + [module]):
            continue
        exec('from %s import *' % module, space)
    for module in STAR:
        if module in sys.modules:
            space[module] = sys.modules[module]


def encode(value, depth=0):
    if depth > 201:  # deeper than any expected value, or without end
        raise RecursionError
    depth += 1
    if value is None or value is True or value is False:
        return value
    if isinstance(value, (int, float, str)):
        for base in (int, float, str):
            if isinstance(value, base):
                return value if type(value) is base else base(value)
    if isinstance(value, list):
        return [encode(item, depth) for item in value]
    if isinstance(value, tuple):
        return {'t': [encode(item, depth) for item in value]}
    if isinstance(value, dict):
        return {'d': [[encode(key, depth), encode(item, depth)] for key, item in value.items()]}
    if isinstance(value, (set, frozenset)):
        return {'s': [encode(item, depth) for item in value]}
    if isinstance(value, complex):
        return {'c': [value.real, value.imag]}
    if isinstance(value, (bytes, bytearray)):
        return {'b': bytes(value).hex()}
    return {'o': type(value).__name__}


def encoded(value):
    try:
        return json.dumps(encode(value)).encode()
    except (RecursionError, ValueError):
        return b'{"o": "value that contains itself"}'


# The program is imported, not run: what stands behind its main guard is for another use of it.
def load(stream):
    code = __program__
    main = type(sys)('solution')
    main.__builtins__ = builtins
    main.__file__ = __file__
    preamble(main.__dict__, names(code, set()))
    sys.modules['__main__'] = sys.modules['solution'] = main
    exec(code, main.__dict__)
    return main.__dict__


def find(space, name):
    solution = space.get('Solution')
    if isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    if name in space:
        return space[name]
    raise NameError('the program defines no ' + name)
