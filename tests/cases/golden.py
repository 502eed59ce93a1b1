"""Fixed mail, fixed knowledge, fixed output: tests/golden/. After a wanted change: UPDATE_GOLDEN=1 tests/run.py tests/cases/golden.py,
then read the difference before you commit it."""
import difflib
import os
import shutil

from harness import ROOT

GOLDEN = os.path.join(ROOT, 'tests', 'golden')
OUTPUTS = [
    ('messages.jsonl', ['messages', '--format', 'jsonl']),
    ('messages.txt', ['messages']),
    ('messages.csv', ['messages', '--format', 'csv', '--columns', 'time,ip,helo,rdns,from_name,subject,urls,brand,category']),
    ('series.csv', ['series', '--format', 'csv', '--by', 'brand']),
    ('brands.csv', ['brands', '--format', 'csv']),
    ('feeds.json', ['feeds', '--format', 'json']),
]


def compare(t, name, text):
    path = os.path.join(GOLDEN, name)
    if os.environ.get('UPDATE_GOLDEN'):
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return
    with open(path, encoding='utf-8') as f:
        want = f.read()
    diff = list(difflib.unified_diff(want.splitlines(), text.splitlines(), name, 'now', n=0, lineterm=''))
    assert not diff, '\n' + '\n'.join(line[:600] for line in diff[:12])


def setup(t):
    shutil.copytree(os.path.join(GOLDEN, 'mail'), t.path('mail'))
    shutil.copy(os.path.join(GOLDEN, 'pack.yaml'), t.dir)
    t.ingest('--pack', 'pack.yaml', '--feed', 'golden', '--trust', 'mx.trap.example', 'mail')


def case_outputs(t):
    setup(t)
    for name, command in OUTPUTS:
        compare(t, name, t.run(*command, '--store', 't.db').out)


def case_explain(t):
    setup(t)
    text = ''
    for m in t.messages():
        text += '=== %s\n' % os.path.basename(m['source_path']) + t.run('explain', m['id'], '--store', 't.db').out
    compare(t, 'explain.txt', text)
