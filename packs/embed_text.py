#!/usr/bin/env python3
"""Writes a text as a C array, so that the program finds it anywhere: embed_text.py SYMBOL HEADER OUT.c FILE"""
import sys

symbol, header, out, path = sys.argv[1:]
data = open(path, "rb").read()
with open(out, "w") as f:
    f.write('/* Made from packs/ by packs/embed_text.py. */\n#include "%s"\n\nstatic const uint8_t text[] = {' % header)
    for k in range(0, len(data), 24):
        f.write("\n\t" + ",".join(str(b) for b in data[k:k + 24]) + ",")
    f.write("\n\t0,\n};\nconst struct str %s = {text, sizeof text - 1};\n" % symbol)
