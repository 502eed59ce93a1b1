#!/usr/bin/env python3
"""compare.py DECODE: the codecs against Python's codecs, base64, quopri, binascii and email packages.

Each character that Python can write in a charset must be read back; header words, parameters and transfer encodings that
Python writes must be read as what they were made from. Known differences are named where they are allowed.
"""
import base64
import binascii
import email.header
import email.message
import email.policy
import quopri
import random
import re
import subprocess
import sys

# Read otherwise on purpose: vendors' mappings, as mail readers have them (WHATWG), of these characters.
JIS = '\xa2\xa3\xa5\xa6\xac\u2016\u203e\u2212\u301c'
GB = '\u2015\u30fb'
# Rows where Python's Big5 has not the characters of ETEN and HKSCS.
BIG5_ROWS = b'\xc6\xc7\xc8\xf9'

# (label, Python's codec, allowed: characters or a test of the character and its bytes)
CHARSETS = [
    ('utf-8', 'utf-8', '\ufeff'), ('utf-7', 'utf-7', ''), ('utf-16', 'utf-16', '\ufeff'), ('utf-16le', 'utf-16-le', '\ufeff'),
    ('utf-16be', 'utf-16-be', '\ufeff'), ('utf-32', 'utf-32', '\ufeff'), ('utf-32le', 'utf-32-le', '\ufeff'), ('utf-32be', 'utf-32-be', '\ufeff'),
    ('gb2312', 'gb2312', GB), ('gbk', 'gbk', ''), ('hz-gb-2312', 'hz', GB),
    # GB 18030-2000 against -2005
    ('gb18030', 'gb18030', lambda c, b: c == '\u1e3f' or '\u9fb4' <= c <= '\u9fbb' or '\ue000' <= c <= '\uf8ff' or '\ufe10' <= c <= '\ufe19'),
    ('big5', 'big5', lambda c, b: b[0] in BIG5_ROWS),
    # and its signs by their Microsoft names
    ('big5', 'cp950', lambda c, b: b[0] in BIG5_ROWS + b'\xa1\xa2'), ('big5-hkscs', 'big5hkscs', ''),
    ('shift_jis', 'shift_jis', JIS), ('shift_jis', 'cp932', lambda c, b: c == '\x80' or '\uf8f0' <= c <= '\uf8f3'), ('euc-jp', 'euc_jp', JIS),
    ('iso-2022-jp', 'iso2022_jp', JIS), ('iso-2022-jp', 'iso2022_jp_1', JIS),
    # Python designates GB 2312 with a sequence that the RFC does not have
    ('iso-2022-jp-2', 'iso2022_jp_2', lambda c, b: c in JIS or b.startswith(b'\x1b$(A')),
    # hangul that KS X 1001 lacks: Python writes letters
    ('euc-kr', 'euc_kr', lambda c, b: len(b) > 2), ('euc-kr', 'cp949', ''), ('johab', 'johab', ''), ('iso-2022-kr', 'iso2022_kr', ''),
    ('koi8-t', 'koi8_t', ''), ('tis-620', 'tis_620', lambda c, b: c < '\xa0'), ('koi8-r', 'koi8_r', ''), ('koi8-u', 'koi8_u', ''),
    ('macintosh', 'mac_roman', ''), ('x-mac-cyrillic', 'mac_cyrillic', ''), ('x-mac-ce', 'mac_latin2', ''),
    ('x-mac-turkish', 'mac_turkish', ''), ('x-mac-greek', 'mac_greek', ''),
]
# C1 of the ISO charsets is Windows text
CHARSETS += [('iso-8859-%d' % i, 'iso8859_%d' % i, lambda c, b: '\x80' <= c < '\xa0') for i in range(1, 17) if i != 12]
CHARSETS += [('windows-%d' % i, 'cp%d' % i, '') for i in (874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258)]
CHARSETS += [('ibm%d' % i, 'cp%d' % i, '') for i in (437, 737, 775, 850, 852, 855, 857, 858, 862, 866, 1125)]

CHARACTERS = [chr(c) for r in (range(0x20, 0xD800), range(0xE000, 0x10000), range(0x1F600, 0x1F640), range(0x20000, 0x20100)) for c in r]
SAMPLES = ['hello', 'Grüße aus Köln', 'naïve café – “quoted” €5', 'Привет, мир', '你好，世界', 'こんにちは世界', '안녕하세요', 'مرحبا بالعالم',
           'שלום עולם', 'Γειά σου Κόσμε', 'สวัสดีชาวโลก', '😀 emoji 🎉', 'a=b?c_d "e" (f)', 'x' * 200, 'ü' * 100]
WORDS = ('utf-8', 'iso-8859-1', 'windows-1251', 'koi8-r', 'gb2312', 'big5', 'iso-2022-jp', 'euc-jp', 'shift_jis', 'euc-kr', 'windows-1256')
failed = checked = 0


class Decoder:
    def __init__(self, program):
        self.pipe = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, mode, data, label='-'):
        self.pipe.stdin.write(b'%s %s %d\n' % (mode.encode(), label.encode(), len(data)) + data)
        self.pipe.stdin.flush()
        return self.pipe.stdout.read(int(self.pipe.stdout.readline()))

    def close(self):
        self.pipe.stdin.close()
        return self.pipe.wait()


def same(what, data, got, want):
    global failed, checked
    checked += 1
    if got != want:
        failed += 1
        if failed <= 20:
            print('%s of %r\n  got  %r\n  want %r' % (what, data[:120], got[:120], want[:120]))


def writable(codec):
    """The characters that the codec writes and reads back unchanged."""
    for c in CHARACTERS:
        try:
            if c.encode(codec).decode(codec) == c:
                yield c
        except UnicodeError:
            pass


def charsets(decode):
    for label, codec, allowed in CHARSETS:
        known = allowed if callable(allowed) else lambda c, b, a=allowed: c in a
        chars = [c for c in writable(codec) if not known(c, c.encode(codec))]
        for i in range(0, len(chars), 200):
            text = '\n'.join(chars[i:i + 200]) + '\n'
            data = text.encode(codec)
            got = decode('charset', data, label).decode()
            if got == text:
                same(label, data, got, text)
                continue
            for c in chars[i:i + 200]:
                data = c.encode(codec)
                same(label + ' ' + codec, data, decode('charset', data, label).decode(), c)


def words(decode):
    for text in SAMPLES:
        for charset in WORDS:
            if charset == 'big5' and 'こ' in text:
                continue
            try:
                data = email.header.Header(text, charset, header_name='Subject').encode().encode()
                want = text.encode(charset).decode(charset)
            except UnicodeError:
                continue
            same('words', data, decode('words', data).decode(), want)


def parameters(decode):
    for text in SAMPLES:
        m = email.message.Message()
        m.add_header('Content-Disposition', 'attachment', filename=('utf-8', 'en', text + '.txt'))
        data = m['content-disposition'].encode()
        same('params', data, decode('params', data).decode(), 'attachment\0filename=' + text + '.txt')
        m = email.message.EmailMessage(policy=email.policy.SMTP)
        m.add_attachment(b'x', 'application', 'x', filename=text + '.txt')
        field = re.search(rb'^content-disposition:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)', list(m.iter_attachments())[0].as_bytes(), re.I | re.M)
        same('params', field[1], decode('params', field[1]).decode(), 'attachment\0filename=' + text + '.txt')


def transfer(decode):
    rng = random.Random(1)
    for n in range(400):
        data = rng.randbytes(n)
        text = base64.encodebytes(data)
        same('base64', text, decode('base64', text), data)
        noisy = bytearray(text)
        for _ in range(n // 20):
            noisy.insert(rng.randrange(len(noisy) + 1), rng.choice(b'!#$%&*-.:<>@_~\x80\xff\0 \r\n'))
        same('base64', bytes(noisy), decode('base64', bytes(noisy)), data)
        text = quopri.encodestring(data)
        # A lone CR or LF at the end of a line is Python's own doing
        if b'\r' not in data and not re.search(rb'[ \t]\n', text):
            same('qp', text, decode('qp', text), quopri.decodestring(text))
        lines = [data[i:i + 45] for i in range(0, n, 45)]
        text = b'begin 644 x\n' + b''.join(binascii.b2a_uu(x, backtick=n % 2 == 0) for x in lines) + b' \nend\n'
        same('uu', text, decode('uu', text), data)


def main():
    decode = Decoder(sys.argv[1])
    for part in (charsets, words, parameters, transfer):
        part(decode)
    if decode.close() != 0:
        sys.exit('the decoder did not end well')
    print('%d comparisons, %d differ' % (checked, failed))
    sys.exit(1 if failed else 0)


main()
