

with open(3, 'rb') as stream, open(4, 'wb') as answer:
    name, *lines = stream.read().decode('utf-8', 'surrogateescape').split('\n')
    arguments = [json.loads(line) for line in lines if line.strip()]
    answer.write(encoded(find(load(stream), name)(*arguments)))
