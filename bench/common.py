"""common: what the scripts here share: the program, its builds, boxes of mail, worlds and their truth, scores."""
import collections
import functools
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments(least, most=None):
    """The command line's arguments, least to most of them (None: any number); else the caller's own first words say how it is called."""
    args, doc = sys.argv[1:], sys.modules['__main__'].__doc__
    if '-h' in args or '--help' in args:
        print(doc.strip())
        sys.exit(0)
    if len(args) < least or (most is not None and len(args) > most):
        print(doc.strip(), file=sys.stderr)
        sys.exit(2)
    return args


@functools.cache
def program():
    """$TRAPLINE, else this tree's program, built: what an older one does is no figure of this tree."""
    if not os.environ.get('TRAPLINE'):
        subprocess.run(['make', '--silent', '-C', str(ROOT), 'all'], check=True, stdout=sys.stderr)
    return os.environ.get('TRAPLINE') or str(ROOT / 'build' / 'trapline')


def build(target):
    """Builds a target of build-bench/, and says where it is."""
    subprocess.run([str(ROOT / 'bench' / 'build'), target], check=True)
    return str(ROOT / 'build-bench' / target)


def trapline(*args):
    """Runs the program; its result, with what it printed. Where it fails, so do we."""
    r = subprocess.run([program(), *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if r.returncode:
        sys.exit('trapline %s failed:\n%s' % (' '.join(map(str, args[:1])), r.stderr.decode(errors='replace')))
    return r


Used = collections.namedtuple('Used', 'wall cpu system memory')


def timed(*command):
    """What a command took, its children included: seconds by the clock, of processor time, of that the system's, and the most memory of a process, in MiB.
    Where it fails, so do we."""
    start = time.monotonic()
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode:
        sys.exit('%s: exit code %d' % (' '.join(map(str, command[:2])), p.returncode))
    return Used(time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_stime, used.ru_maxrss / 1024)


def listed(store):
    """Every message of a store."""
    return map(json.loads, trapline('messages', '--store', store, '--format', 'jsonl').stdout.splitlines())


def fresh(store):
    """The path of a store that is not there any more."""
    for suffix in ('', '-wal', '-shm'):
        pathlib.Path(str(store) + suffix).unlink(missing_ok=True)
    return store


# ---- boxes ----

def boxes(folder):
    """name -> path of every mbox in a folder; the plain one wins over the packed one."""
    found = {}
    for path in sorted(folder.glob('*.mbox.zst')) + sorted(folder.glob('*.mbox')):
        found[path.name.split('.mbox')[0]] = path
    return found


def messages(box):
    """Each with its From_ line."""
    text = subprocess.run(['zstdcat', '-f', str(box)], check=True, stdout=subprocess.PIPE).stdout
    return [b'From ' + m for m in re.split(rb'(?m)^From (?=\S+ \w{3} \w{3} )', text)[1:]]


def message_id(message):
    found = re.search(rb'(?mi)^message-id:\s*(\S+)', message)
    return found.group(1).decode('latin-1') if found else ''


def subject_words(message):
    """The first words of the subject, which tell the campaigns of a lab's capture."""
    subject = re.search(rb'^Subject:[ \t]*(.*)', message, re.I | re.M)
    return b' '.join(re.findall(rb'[A-Za-z]{3,}', subject.group(1) if subject else b'')[:2])


def campaigns_of(messages):
    """The campaigns of a capture, the larger ones first."""
    by = collections.defaultdict(list)
    for m in messages:
        by[subject_words(m)].append(m)
    return [g for _, g in sorted(by.items(), key=lambda kv: (-len(kv[1]), kv[0]))]


# ---- worlds and scores ----

def truth_of(world):
    """(feed, Message-ID) -> what is true of a message"""
    return {(t['feed'], t['message_id']): t for t in map(json.loads, (world / 'truth.jsonl').open(encoding='utf-8'))}


def key(name):
    """What names are compared by."""
    return re.sub(r'[^a-z0-9]', '', (name or '').lower())


def bcubed(pairs, own=None):
    """Precision, recall and F1. pairs: (true, given); own: those of them that the means are over (all)"""
    true, given, both = collections.Counter(), collections.Counter(), collections.Counter(pairs)
    for t, g in pairs:
        true[t] += 1
        given[g] += 1
    p = statistics.fmean(both[x] / given[x[1]] for x in own or pairs)
    r = statistics.fmean(both[x] / true[x[0]] for x in own or pairs)
    return p, r, 2 * p * r / (p + r)


def calibration(bins):
    """(ECE, Brier) of bins of claims (said, right)."""
    claims = [c for v in bins for c in v]
    ece = sum(len(v) * abs(statistics.fmean(s for s, _ in v) - statistics.fmean(r for _, r in v)) for v in bins) / len(claims)
    return ece, statistics.fmean((s - r) ** 2 for s, r in claims)
