"""harness.py: what an end-to-end case needs: the program under test, invented mail, boxes and archives of it."""
import json
import os
import random
import resource
import shutil
import struct
import subprocess
import time
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.environ['LC_ALL'] = 'C.UTF-8'  # what is printed depends on it; cases that want another one say so
TRAPLINE = os.path.abspath(os.environ.get('TRAPLINE', os.path.join(ROOT, 'build', 'trapline')))
TIMEOUT_S = 120


class Skip(Exception):
    pass


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out.decode('utf-8', 'surrogateescape'), err.decode('utf-8', 'surrogateescape')

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


def mail(n=0, subject=None, body=None, to='someone@trap.example', date=None, headers='', received=None, nl='\n'):
    """Message number n of an invented sender, as bytes; the same n gives the same bytes."""
    day, minute = 1 + n // 1000 % 28, n % 1000
    clock = '%02d %s 2010 %02d:%02d:00 +0000' % (day, 'Sep', minute // 60, minute % 60)
    if received is None:
        received = ('Received: from host%d.example (host%d.example [192.0.2.%d])\n\tby mx.trap.example (Postfix) with ESMTP id A%06X\n'
                    '\tfor <%s>; %s\n' % (n, n, n % 250 + 1, n, to, clock))
    text = ('%sMessage-ID: <m%d@sender.example>\nFrom: "Seller %d" <seller%d@sender.example>\nTo: <%s>\nSubject: %s\nDate: %s\n%s'
            'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s' %
            (received, n, n, n, to, subject if subject is not None else 'offer number %d' % n, date or clock, headers,
             body if body is not None else 'Dear customer,\nsee http://shop%d.example/x?n=%d for number %d.\n' % (n % 7, n, n)))
    return text.replace('\n', nl).encode('utf-8', 'surrogateescape')


def mbox(mails, quote=True):
    out = []
    for m in mails:
        if quote:
            m = b''.join(b'>' + line if line.lstrip(b'>').startswith(b'From ') else line for line in m.splitlines(True))
        out += [b'From seller@sender.example Wed Sep  1 00:00:00 2010\n', m, b'\n' if m.endswith(b'\n') else b'\n\n']
    return b''.join(out)


def png(width, height, rows):
    """A grey PNG of rows of bytes."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    raw = b''.join(b'\0' + bytes(row) for row in rows)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(raw)) + chunk(b'IEND', b''))


def picture(which, seed):
    """Lines of dark words on a light ground; size, frame, shade and speckles differ by seed."""
    draw, vary = random.Random('p%d' % which), random.Random('v%d.%d' % (which, seed))
    width, height, left, top = 320, 200, vary.randrange(5), vary.randrange(4)
    light, dark = vary.randrange(225, 256), vary.randrange(0, 50)
    rows = [bytearray([light]) * width for _ in range(height)]
    for y in range(10, height - 14, 15):
        x = 6 + draw.randrange(60)
        while x < width - 50:
            word = draw.randrange(10, 45)
            for k in range(9):
                for i in range(word):
                    if draw.random() < 0.6:
                        rows[y + k][x + i] = dark
            x += word + draw.choice((6, 6, 40))
    for _ in range(300):
        rows[vary.randrange(height)][vary.randrange(width)] = vary.randrange(256)
    right, below = vary.randrange(5), vary.randrange(4)
    blank = [bytearray([light]) * (width + left + right)]
    rows = blank * top + [bytearray([light]) * left + row + bytearray([light]) * right for row in rows] + blank * below
    return png(width + left + right, len(rows), rows)


def peak_rss(pid):
    """The most memory in bytes that a process or one of its children has had so far. (ru_maxrss would count the runner's own.)"""
    most = 0
    try:
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            pids = [pid] + [int(child) for child in f.read().split()]
    except OSError:
        pids = [pid]
    for p in pids:
        try:
            with open('/proc/%d/status' % p) as f:
                most = max([most] + [int(line.split()[1]) * 1024 for line in f if line.startswith('VmHWM:')])
        except OSError:
            pass
    return most


class Test:
    def __init__(self, folder):
        self.dir = folder

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return path

    def read(self, name):
        with open(self.path(name), encoding='utf-8') as f:
            return f.read()

    def eml_folder(self, name, mails):
        for i, m in enumerate(mails):
            self.write('%s/%05d.eml' % (name, i), m)
        return self.path(name)

    def run(self, *args, code=0, stdin=b'', env=None, fsize=None, user=None, program=TRAPLINE):
        """Runs the program in the case's folder; code None: any exit code. fsize: largest file it may write, in bytes."""
        def limits():
            resource.setrlimit(resource.RLIMIT_FSIZE, (fsize, fsize))
        run = subprocess.run([program, *args], cwd=self.dir, input=stdin, capture_output=True, timeout=TIMEOUT_S, user=user,
                             env=dict(os.environ, **(env or {})), preexec_fn=limits if fsize is not None else None)
        result = Result(run.returncode, run.stdout, run.stderr)
        assert 'Sanitizer' not in result.err and 'runtime error' not in result.err, result.err[-4000:]
        assert run.returncode >= 0, 'trapline %s died of signal %d: %s' % (' '.join(args), -run.returncode, result.err[-2000:])
        assert code is None or run.returncode == code, 'trapline %s: exit code %d, not %d: %s' % (
            ' '.join(args), run.returncode, code, (result.err or result.out)[-2000:])
        return result

    def unprivileged(self, *args, code=0):
        """run() as a user to whom permissions apply, also when the tests run as root."""
        if os.geteuid():
            return self.run(*args, code=code)
        os.chmod(self.dir, 0o777)
        program = shutil.copy(TRAPLINE, self.path('program'))
        return self.run(*args, code=code, user=65534, program=program)

    def measured(self, *args, code=0):
        """As run(), with .seconds of processor time and .rss, the most memory in bytes of the largest of its processes."""
        with open(self.path('.out'), 'wb') as out, open(self.path('.err'), 'wb') as err:
            p = subprocess.Popen([TRAPLINE, *args], cwd=self.dir, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            rss, done = 0, 0
            while not done:
                rss = max(rss, peak_rss(p.pid))
                done, status, used = os.wait4(p.pid, os.WNOHANG)
                time.sleep(0 if done else 0.005)
            p.returncode = os.waitstatus_to_exitcode(status)
        with open(self.path('.out'), 'rb') as out, open(self.path('.err'), 'rb') as err:
            result = Result(p.returncode, out.read(), err.read())
        assert result.code >= 0 and 'Sanitizer' not in result.err, 'exit %d: %s' % (result.code, result.err[-3000:])
        assert code is None or result.code == code, 'exit code %d: %s' % (result.code, result.err[-2000:])
        result.seconds, result.rss = used.ru_utime + used.ru_stime, rss
        return result

    def start(self, *args, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        return subprocess.Popen([TRAPLINE, *args], cwd=self.dir, stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr)

    def ingest(self, *args, code=0, **kw):
        return self.run('ingest', '--store', 't.db', '--no-default-packs', *args, code=code, **kw)

    def messages(self, *args, store='t.db'):
        return self.run('messages', '--store', store, '--format', 'jsonl', *args).lines()

    def count(self, store='t.db'):
        return len(self.messages(store=store))

    def tool(self, *argv, stdin=None, cwd=None):
        if not shutil.which(argv[0]):
            raise Skip('no %s here' % argv[0])
        run = subprocess.run(argv, input=stdin, capture_output=True, cwd=cwd or self.dir, timeout=TIMEOUT_S)
        assert run.returncode == 0, '%s: %s' % (argv[0], run.stderr.decode(errors='replace'))
        return run.stdout


def content(rows, drop=('mail_from', 'source_path', 'source_member', 'source_offset', 'source_length', 'occurrence')):
    """Rows without their provenance (a From_ line tells the envelope's sender, too), in an order of their own, to compare what two ways of reading gave."""
    return sorted(json.dumps({k: v for k, v in row.items() if k not in drop}, sort_keys=True) for row in rows)


def same(a, b, what='differ'):
    assert a == b, '%s: %r, %r' % (what, a, b)
