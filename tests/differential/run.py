#!/usr/bin/env python3
"""run.py ORACLE COMMAND... : runs COMMAND (a differential test) over the invented messages of tests/mail and over each corpus.

Corpora are tar.zst files (trec07p*, spamassassin*, hostile*) in the folder that TRAPLINE_CORPORA names, or in ../shared/corpora
beside the checkout; each is unpacked into a temporary folder. One that is not there counts as skipped. The last line is
`N passed, N failed, N skipped`."""
import glob
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORPORA = ('trec07p*.tar.zst', 'spamassassin*.tar.zst', 'hostile*.tar.zst')


def main():
    oracle, command = sys.argv[1], sys.argv[2:]
    folder = os.environ.get('TRAPLINE_CORPORA') or os.path.join(ROOT, '..', 'shared', 'corpora')
    count = {'passed': 0, 'failed': 0, 'skipped': 0}

    def compare(name, path):
        print('== %s: %s' % (oracle, name), flush=True)
        good = subprocess.run(command + [path]).returncode == 0
        count['passed' if good else 'failed'] += 1

    compare('tests/mail', os.path.join(ROOT, 'tests', 'mail'))
    for pattern in CORPORA:
        packed = glob.glob(os.path.join(folder, pattern))
        if not packed:
            print('== %s: no %s here: skipped' % (oracle, pattern))
            count['skipped'] += 1
            continue
        with tempfile.TemporaryDirectory(prefix='trapline-differential-') as tmp:
            if subprocess.run(['tar', '--zstd', '-xf', packed[0], '-C', tmp]).returncode:
                print('cannot unpack %s' % packed[0])
                count['failed'] += 1
                continue
            compare(os.path.basename(packed[0]), tmp)
    print(', '.join('%d %s' % (n, what) for what, n in count.items()))
    sys.exit(1 if count['failed'] else 0)


main()
