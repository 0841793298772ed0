

# Descriptor 3: {"function", "inputs": [[argument, …], …], "assertion", "skip": [index, …], "reference": bool};
# descriptor 4: one value a line. A reference may fail on an input, or return more than is sensible to
# compare: it says "!", and no program is asked for that input.
# JSON has lists only; where the problem's own assertions call with tuples or sets, inputs become such.
def shape(node):
    import ast
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return type(node).__name__, [shape(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return 'Dict', [shape(item) for item in node.values]
    try:
        return type(ast.literal_eval(node)).__name__, []
    except (ValueError, TypeError):
        return 'Name', []


def shapes(text, function):
    import ast
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
            found.append([shape(argument) for argument in node.args])
    return found


def kinds(example, found):
    found.add(example[0])
    for item in example[1]:
        kinds(item, found)
    return found


def convert(value, examples):
    here = {example[0] for example in examples}
    if isinstance(value, (list, dict)):
        below = [item for example in examples for item in example[1]]
        if isinstance(value, dict):
            return {key: convert(item, below) for key, item in value.items()}
        everywhere = set()
        for example in examples:
            kinds(example, everywhere)
        containers = everywhere & {'Tuple', 'List', 'Set'}
        own = here & {'Tuple', 'List', 'Set'}
        # A nested list that no example shows is of the one kind that the examples have.
        kind = next(iter(own)) if len(own) == 1 else next(iter(containers)) if len(containers) == 1 else 'List'
        if not below or not any(item[0] in ('Tuple', 'List', 'Set', 'Dict') for item in below):
            below = [item for item in below] + [(kind, [])] if kind == 'Tuple' else below
        items = [convert(item, below) for item in value]
        try:
            return {'Tuple': tuple, 'Set': set, 'List': list}[kind](items)
        except TypeError:
            return items
    if here and here <= {'int', 'float', 'complex'}:
        if isinstance(value, str):  # what JSON has no number for
            for kind in (int, float, complex):
                try:
                    return kind(value)
                except ValueError:
                    pass
        if here == {'int'} and isinstance(value, float) and abs(value) >= 2.0 ** 63 and value.is_integer():
            return int(value)  # a reader without long integers was in between
    return value


def too_large(value):
    seen, stack = 0, [value]
    while stack and seen <= 100000:
        item = stack.pop()
        if isinstance(item, dict):
            item = list(item.values())
        if isinstance(item, (list, tuple, set, frozenset)):
            seen += len(item)
            stack.extend(item if seen <= 100000 else ())
        elif isinstance(item, str):
            seen += len(item) // 16
    return seen > 100000


with open(3, 'rb') as stream, open(4, 'wb', buffering=0) as answer:
    task = json.loads(stream.read())
    try:
        examples = shapes(task['assertion'], task['function'])
    except SyntaxError:
        examples = []
    function = find(load(stream), task['function'])
    skip, is_reference = set(task.get('skip', ())), task.get('reference', False)
    for index, arguments in enumerate(task['inputs']):
        if index in skip:
            continue
        alike = [example for example in examples if len(example) == len(arguments)]
        arguments = [convert(value, [example[i] for example in alike]) for i, value in enumerate(arguments)]
        try:
            value = function(*arguments)
            line = b'!' if is_reference and too_large(value) else encoded(value)
        except Exception:
            if not is_reference:
                raise
            line = b'!'
        answer.write(line + b'\n')
