#!/usr/bin/env python3
"""run.py FILE.py [CASE...]: runs the end-to-end cases of one file against the program named by $TRAPLINE.

A case is a function `case_*(t)` of the file; t is a Test (harness.py) with a folder of its own. Cases run in the order of the
file. Prints a line for each case and, last, `N passed, N failed, N skipped`; exit code 1 when one failed."""
import importlib.util
import os
import shutil
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402


def main():
    spec = importlib.util.spec_from_file_location('cases', sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    cases = [(n, f) for n, f in vars(module).items() if n.startswith('case_') and (not sys.argv[2:] or n[5:] in sys.argv[2:])]
    count = {'ok': 0, 'FAIL': 0, 'SKIP': 0}
    for name, case in cases:
        folder = tempfile.mkdtemp(prefix='trapline-e2e-')
        try:
            case(harness.Test(folder))
            outcome, why = 'ok', ''
        except harness.Skip as skip:
            outcome, why = 'SKIP', str(skip)
        except AssertionError as wrong:
            where = traceback.extract_tb(sys.exc_info()[2])
            line = [f for f in where if f.filename == spec.origin]
            outcome, why = 'FAIL', 'line %d: %s' % (line[-1].lineno if line else 0, wrong or (line[-1].line if line else ''))
        except Exception:  # a broken case is a failed case; the others go on
            outcome, why = 'FAIL', traceback.format_exc()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        count[outcome] += 1
        print('%-4s %s%s' % (outcome, name[5:], ': ' + why if why else ''), flush=True)
    print('%d passed, %d failed, %d skipped' % (count['ok'], count['FAIL'], count['SKIP']))
    return 1 if count['FAIL'] or not cases else 0


sys.exit(main())
